/* SPDX-License-Identifier: ISC */
#include "daemon/args.h"
#include "daemon/daemon.h"
#include "daemon/dev.h"
#include "daemon/harden.h"
#include <stdlib.h>

static void print_version(bool with_libraries)
{
	printf("kithd %s\n", kith_version());
	if (!with_libraries)
		return;
	printf("protocol %d to %d\nlibev %d.%d\n%s\n%s\n", KITH_PROTOCOL_MIN, KITH_PROTOCOL_MAX,
	       ev_version_major(), ev_version_minor(), kith_resolver_version(), kith_dns_version());
}

static int check(const struct kith_args *args, struct kith_report *r)
{
	struct kith_report hints = {0};
	int code = kith_daemon_check(args, r, &hints);

	if (code == 0)
		fputs(kith_report_text(&hints), stderr);
	kith_report_clear(&hints);
	return code;
}

static int run(const struct kith_args *args, const struct kith_dev *dev, struct kith_report *r)
{
	struct kith_daemon *d = calloc(1, sizeof *d);
	int code;

	if (d == NULL) {
		kith_report_add(r, "kithd", 0, "out of memory");
		return 71;
	}
	code = kith_daemon_start(d, args, r);
	if (code == 0 && dev != NULL)
		kith_dev_greet(dev, d, stdout);
	if (code == 0)
		ev_run(d->host.loop, 0);
	if (code == 0)
		code = d->exit_code;
	kith_daemon_end(d);
	free(d);
	return code;
}

static int run_dev(const struct kith_args *args, struct kith_report *r)
{
	static struct kith_dev dev;
	int code = kith_dev_prepare(&dev, args, r);

	if (code == 0)
		code = run(&dev.args, &dev, r);
	kith_dev_remove(&dev);
	return code;
}

static int dispatch(const struct kith_args *args, struct kith_report *r)
{
	switch (args->mode) {
	case KITH_MODE_HELP:
		kith_args_help(stdout);
		return 0;
	case KITH_MODE_VERSION:
	case KITH_MODE_VERSIONS:
		print_version(args->mode == KITH_MODE_VERSIONS);
		return 0;
	case KITH_MODE_PRINT_CONFIG:
		return kith_daemon_print_config(args, stdout, r);
	case KITH_MODE_CHECK:
	case KITH_MODE_CHECK_BIND:
		return check(args, r);
	case KITH_MODE_RUN:
		break;
	}
	return args->dev ? run_dev(args, r) : run(args, NULL, r);
}

int main(int argc, char **argv)
{
	static struct kith_args args;
	struct kith_report r = {0};
	int code;

	kith_harden();
	code = kith_args_read(&args, argc, argv, &r);
	if (code == 0)
		code = dispatch(&args, &r);
	fputs(kith_report_text(&r), stderr);
	kith_report_clear(&r);
	return code;
}
