/* SPDX-License-Identifier: ISC */
#include "cli/place.h"

#include "base/addr.h"
#include "base/text.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define SYSTEM_STATE KITH_STATE_DIR
#define SYSTEM_CONFIG KITH_CONFIG_DIR
#define SYSTEM_SOCKET KITH_RUN_DIR "/kithd.sock"

static bool join(char *out, size_t size, const char *a, const char *b)
{
	int len = snprintf(out, size, "%s%s", a, b);

	return len > 0 && (size_t)len < size;
}

/* Where a user's own kithd has its socket, if one is there. */
static bool own_socket(char *out, size_t size)
{
	const char *run = getenv("XDG_RUNTIME_DIR"), *home = getenv("HOME");

	if (run != NULL && *run == '/' && join(out, size, run, "/kith/kithd.sock"))
		return access(out, F_OK) == 0;
	return home != NULL && *home == '/' &&
	       join(out, size, home, "/.local/state/kith/kithd.sock") && access(out, F_OK) == 0;
}

const char *kith_place_socket(char *out, size_t size)
{
	const char *given = getenv("KITH_SOCKET");

	if (given != NULL && *given != '\0' && join(out, size, given, ""))
		return out;
	if (geteuid() == 0 || !own_socket(out, size))
		snprintf(out, size, "%s", SYSTEM_SOCKET);
	return out;
}

static bool place(const char *given, const char *system, const char *variable, const char *below,
		  char out[KITH_PLACE_MAX])
{
	const char *base = getenv(variable), *home = getenv("HOME");
	char path[KITH_PLACE_MAX];

	if (given != NULL)
		return *given != '\0' && join(out, KITH_PLACE_MAX, given, "");
	if (geteuid() == 0)
		return join(out, KITH_PLACE_MAX, system, "");
	if (base != NULL && *base == '/')
		return join(out, KITH_PLACE_MAX, base, "/kith");
	return home != NULL && *home == '/' && join(path, sizeof(path), home, below) &&
	       join(out, KITH_PLACE_MAX, path, "/kith");
}

bool kith_place_state(const char *given, char out[KITH_PLACE_MAX])
{
	return place(given, SYSTEM_STATE, "XDG_STATE_HOME", "/.local/state", out);
}

bool kith_place_config(const char *given, char out[KITH_PLACE_MAX])
{
	return place(given, SYSTEM_CONFIG, "XDG_CONFIG_HOME", "/.config", out);
}

bool kith_place_is_system(const char *state)
{
	return strcmp(state, SYSTEM_STATE) == 0;
}

static bool is_program(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode) && access(path, X_OK) == 0;
}

static bool search_path(char out[KITH_PLACE_MAX])
{
	const char *path = getenv("PATH");

	while (path != NULL && *path != '\0') {
		size_t len = strcspn(path, ":");

		if (len > 0 &&
		    (size_t)snprintf(out, KITH_PLACE_MAX, "%.*s/kithd", (int)len, path) <
			    KITH_PLACE_MAX &&
		    is_program(out))
			return true;
		path += len + (path[len] == ':');
	}
	return false;
}

bool kith_place_kithd(const struct kith_cli *c, char out[KITH_PLACE_MAX])
{
	static const char *const beside[] = {"/kithd", "/../sbin/kithd"};
	const char *given = getenv("KITHD");
	char self[KITH_PLACE_MAX];
	ssize_t len;
	char *slash;

	if (given != NULL && *given != '\0')
		return join(out, KITH_PLACE_MAX, given, "");
	len = readlink("/proc/self/exe", self, sizeof(self) - 1);
	if (len > 0)
		self[len] = '\0';
	else if (strchr(c->program, '/') == NULL || !join(self, sizeof(self), c->program, ""))
		return search_path(out);
	slash = strrchr(self, '/');
	*slash = '\0';
	/* In the build tree libtool's real programs are in .libs, its scripts to start them above. */
	slash = strrchr(self, '/');
	if (slash != NULL && strcmp(slash, "/.libs") == 0)
		*slash = '\0';
	for (size_t i = 0; i < sizeof(beside) / sizeof(*beside); i++)
		if (join(out, KITH_PLACE_MAX, self, beside[i]) && is_program(out))
			return true;
	return search_path(out) || (join(out, KITH_PLACE_MAX, KITH_SBIN_DIR, "/kithd") &&
				    is_program(out));
}

void kith_place_host_name(char *out, size_t size)
{
	char name[256] = "";
	size_t len = 0;

	if (gethostname(name, sizeof(name) - 1) != 0)
		name[0] = '\0';
	for (const char *p = name; *p != '\0' && *p != '.' && len + 1 < size; p++) {
		char letter = *p >= 'A' && *p <= 'Z' ? (char)(*p - 'A' + 'a') : *p;

		if (letter == '_')
			letter = '-';
		if ((letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9') ||
		    (letter == '-' && len > 0))
			out[len++] = letter;
	}
	out[len] = '\0';
}

bool kith_place_address(int family, struct kith_addr *a)
{
	/* Addresses that are reserved for documentation: routed like any other, and never asked. */
	static const uint8_t far4[4] = {203, 0, 113, 1}, far6[16] = {0x20, 0x01, 0x0d, 0xb8};
	struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons(9)};
	struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_port = htons(9)};
	bool six = family == 6, ok;
	socklen_t len = six ? sizeof(in6) : sizeof(in);
	struct sockaddr *to = six ? (struct sockaddr *)&in6 : (struct sockaddr *)&in;
	int fd = socket(six ? AF_INET6 : AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return false;
	memcpy(&in.sin_addr, far4, sizeof(far4));
	memcpy(&in6.sin6_addr, far6, sizeof(far6));
	ok = connect(fd, to, len) == 0 && getsockname(fd, to, &len) == 0;
	close(fd);
	if (!ok)
		return false;
	*a = six ? kith_addr_make(6, (const uint8_t *)&in6.sin6_addr, 0)
		 : kith_addr_make(4, (const uint8_t *)&in.sin_addr, 0);
	a->port = 1;
	ok = kith_addr_is_usable(a) && !kith_addr_is_loopback(a);
	a->port = 0;
	return ok;
}

int kith_place_make(const char *path, unsigned mode)
{
	char part[KITH_PLACE_MAX];

	if (!join(part, sizeof(part), path, ""))
		return ENAMETOOLONG;
	for (char *p = part + 1; *p != '\0'; p++) {
		if (*p != '/')
			continue;
		*p = '\0';
		if (mkdir(part, 0755) != 0 && errno != EEXIST)
			return errno;
		*p = '/';
	}
	return mkdir(part, mode) != 0 && errno != EEXIST ? errno : 0;
}

int kith_place_become_owner(const char *dir)
{
	struct stat st;

	if (stat(dir, &st) != 0)
		return errno;
	if (geteuid() != 0 || st.st_uid == 0)
		return 0;
	if (setegid(st.st_gid) != 0)
		return errno;
	if (seteuid(st.st_uid) != 0) {
		int error = errno;

		kith_place_return();
		return error;
	}
	return 0;
}

void kith_place_return(void)
{
	/* Both were ours when the program started; not to get them back is not to be lived with. */
	if (getuid() == 0 && geteuid() != 0 && seteuid(0) != 0)
		abort();
	if (getuid() == 0 && getegid() != getgid() && setegid(getgid()) != 0)
		abort();
}
