/* SPDX-License-Identifier: ISC */
#include "daemon/paths.h"
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static bool join(char *out, const char *a, const char *b, const char *c)
{
	int len = snprintf(out, KITH_PATH_MAX, "%s%s%s", a, b, c);

	return len > 0 && len < KITH_PATH_MAX;
}

/* $VARIABLE/kith..., or $HOME/FALLBACK/kith... */
static bool of_user(char *out, const char *variable, const char *fallback, const char *below)
{
	const char *base = getenv(variable), *home = getenv("HOME");
	char path[KITH_PATH_MAX];

	if (base != NULL && *base == '/')
		return join(out, base, "/kith", below);
	return home != NULL && *home == '/' && join(path, home, fallback, "/kith") &&
	       join(out, path, below, "");
}

bool kith_paths_default(struct kith_paths *p)
{
	if (geteuid() == 0)
		return join(p->config, KITH_CONFIG_DIR, "/kith.conf", "") &&
		       join(p->state, KITH_STATE_DIR, "", "") &&
		       join(p->socket, KITH_RUN_DIR, "/kithd.sock", "");
	return of_user(p->config, "XDG_CONFIG_HOME", "/.config", "/kith.conf") &&
	       of_user(p->state, "XDG_STATE_HOME", "/.local/state", "") &&
	       of_user(p->socket, "XDG_RUNTIME_DIR", "/.local/state", "/kithd.sock");
}
