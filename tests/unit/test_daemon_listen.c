/* SPDX-License-Identifier: ISC */
#define _GNU_SOURCE /* unshare */
#include "daemon/listen.h"
#include "base/addr.h"
#include "daemon/sockaddr.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static struct kith_conf *conf;
static struct kith_report report;
static struct kith_listens listens;

static int open_at(const char *address)
{
	char text[128];
	const char *overrides[] = {text};
	struct kith_conf_source source = {.path = "/nowhere/kith.conf", .overrides = overrides,
					  .override_count = 1, .override_origin = "-o"};

	snprintf(text, sizeof text, "network.listen=%s", address);
	kith_conf_free(&conf);
	kith_report_clear(&report);
	(void)!kith_conf_load(&conf, &source, &report);
	assert_non_null(conf);
	return kith_listens_open(&listens, conf, KITH_OPTION_NETWORK_LISTEN, NULL, &report);
}

static int teardown(void **state)
{
	(void)state;
	kith_listens_close(&listens);
	kith_conf_free(&conf);
	kith_report_clear(&report);
	return 0;
}

static int option_of(int fd, int level, int name)
{
	socklen_t len = sizeof(int);
	int v = -1;

	assert_int_equal(getsockopt(fd, level, name, &v, &len), 0);
	return v;
}

static void a_free_port_for_both(void **state)
{
	struct kith_addr tcp;

	(void)state;
	assert_int_equal(open_at("127.0.0.1:0"), 0);
	assert_int_equal(listens.count, 1);
	assert_true(listens.all[0].addr.port != 0);
	tcp = kith_sockaddr_local(listens.all[0].tcp);
	assert_true(kith_addr_eq(&tcp, &listens.all[0].addr));
	assert_int_equal(option_of(listens.all[0].tcp, SOL_SOCKET, SO_ACCEPTCONN), 1);
	assert_int_equal(option_of(listens.all[0].udp, IPPROTO_IP, IP_MTU_DISCOVER), IP_PMTUDISC_DO);
	assert_int_equal(option_of(listens.all[0].udp, IPPROTO_IP, IP_RECVERR), 1);
}

/* Both families where the machine has both, and one port for all. */
static void any_address_is_both_families(void **state)
{
	(void)state;
	assert_int_equal(open_at("[::]:0"), 0);
	assert_in_range(listens.count, 1, 2);
	if (listens.count == 2) {
		assert_int_equal(listens.all[0].addr.family, 6);
		assert_int_equal(listens.all[1].addr.family, 4);
		assert_int_equal(listens.all[0].addr.port, listens.all[1].addr.port);
		assert_int_equal(option_of(listens.all[0].udp, IPPROTO_IPV6, IPV6_V6ONLY), 1);
	}
}

static void a_taken_port(void **state)
{
	struct kith_listens first;
	char address[64];

	(void)state;
	assert_int_equal(open_at("127.0.0.1:0"), 0);
	first = listens;
	snprintf(address, sizeof address, "127.0.0.1:%u", first.all[0].addr.port);
	assert_int_equal(open_at(address), 71);
	assert_int_equal(listens.count, 0);
	assert_non_null(strstr(kith_report_text(&report), "another program has the port"));
	assert_int_equal(report.count, 1);
	kith_listens_close(&first);
}

static void a_foreign_address(void **state)
{
	(void)state;
	assert_int_equal(open_at("192.0.2.77:5484"), 71);
	assert_string_equal(kith_report_text(&report),
			    "-o: network.listen: cannot listen on 192.0.2.77:5484: Cannot assign requested "
			    "address; this host has no such address (ip addr)\n");
}

static void pretending_opens_nothing(void **state)
{
	(void)state;
	assert_int_equal(open_at("[::]:0"), 0);
	kith_listens_close(&listens);
	kith_listens_pretend(&listens, conf);
	assert_int_equal(listens.count, 2);
	assert_int_equal(listens.all[0].udp, -1);
	assert_int_equal(listens.all[1].tcp, -1);
	assert_int_equal(listens.all[1].addr.family, 4);
}

static bool write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool ok = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);

	if (fd >= 0)
		close(fd);
	return ok;
}

/* A network of this process's own, with two free ports, one of them taken for IPv4. The rest of
 * the process lives there: this test is the last. */
static void a_port_is_free_in_one_family_only(void **state)
{
	static const uint8_t any[4];
	const struct kith_addr taken = kith_addr_make(4, any, 40000);
	struct sockaddr_storage s;
	socklen_t len = kith_sockaddr_write(&taken, &s);
	int fd;

	(void)state;
	if ((unshare(CLONE_NEWNET) != 0 && unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0) ||
	    !write_file("/proc/sys/net/ipv4/ip_local_port_range", "40000 40001")) {
		print_message("no network namespace here: %s\n", strerror(errno));
		skip();
	}
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&s, len), 0);
	for (int i = 0; i < 20; i++) {
		assert_int_equal(open_at("[::]:0"), 0);
		for (size_t k = 0; k < listens.count; k++)
			assert_true(listens.all[k].addr.family == 6 || listens.all[k].addr.port == 40001);
		kith_listens_close(&listens);
	}
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(a_free_port_for_both, teardown),
		cmocka_unit_test_teardown(any_address_is_both_families, teardown),
		cmocka_unit_test_teardown(a_taken_port, teardown),
		cmocka_unit_test_teardown(a_foreign_address, teardown),
		cmocka_unit_test_teardown(pretending_opens_nothing, teardown),
		cmocka_unit_test_teardown(a_port_is_free_in_one_family_only, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
