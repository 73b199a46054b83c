/* SPDX-License-Identifier: ISC */
#include "cli/place.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "base/addr.h"
#include "base/text.h"
#include "support/tmpdir.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct tmpdir dir;

static int setup(void **state)
{
	(void)state;
	tmpdir_make(&dir);
	unsetenv("KITH_SOCKET");
	unsetenv("KITHD");
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	tmpdir_remove(&dir);
	return 0;
}

static void the_environment_names_the_socket(void **state)
{
	char out[256];

	(void)state;
	setenv("KITH_SOCKET", "/x/y.sock", 1);
	assert_string_equal(kith_place_socket(out, sizeof(out)), "/x/y.sock");
	setenv("KITH_SOCKET", "", 1);
	assert_non_null(strstr(kith_place_socket(out, sizeof(out)), "/kithd.sock"));
}

static void what_is_given_wins(void **state)
{
	char out[KITH_PLACE_MAX], *longer = malloc(KITH_PLACE_MAX + 1);

	(void)state;
	assert_true(kith_place_state("given", out));
	assert_string_equal(out, "given");
	assert_true(kith_place_config("given", out));
	assert_string_equal(out, "given");
	assert_false(kith_place_state("", out));
	assert_non_null(longer);
	memset(longer, 'x', KITH_PLACE_MAX);
	longer[KITH_PLACE_MAX] = '\0';
	assert_false(kith_place_state(longer, out));
	free(longer);
}

/* Whoever runs the test: root has the system's places, all others their own. */
static void defaults_follow_the_user(void **state)
{
	char out[KITH_PLACE_MAX];

	(void)state;
	setenv("HOME", "/home/u", 1);
	unsetenv("XDG_STATE_HOME");
	setenv("XDG_CONFIG_HOME", "/cfg", 1);
	assert_true(kith_place_state(NULL, out));
	assert_int_equal(kith_place_is_system(out), geteuid() == 0);
	if (geteuid() != 0)
		assert_string_equal(out, "/home/u/.local/state/kith");
	assert_true(kith_place_config(NULL, out));
	if (geteuid() != 0)
		assert_string_equal(out, "/cfg/kith");
}

static void directories_are_made_with_their_parents(void **state)
{
	struct stat st;
	char path[KITH_PLACE_MAX];

	(void)state;
	umask(022);
	snprintf(path, sizeof(path), "%s/a/b", tmpdir_file(&dir, "new"));
	assert_int_equal(kith_place_make(path, 0700), 0);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	assert_int_equal(kith_place_make(path, 0700), 0);
	assert_non_null(tmpdir_write(&dir, "file", "x"));
	snprintf(path, sizeof(path), "%s/a", tmpdir_file(&dir, "file"));
	assert_int_equal(kith_place_make(path, 0700), ENOTDIR);
	snprintf(path, sizeof(path), "%s/a/b", tmpdir_file(&dir, "new"));
	for (int i = 0; i < 2; i++) {
		assert_int_equal(rmdir(path), 0);
		*strrchr(path, '/') = '\0';
	}
}

static void kithd_by_name_and_by_path(void **state)
{
	struct kith_cli c = {.program = "kith"};
	char out[KITH_PLACE_MAX], path[KITH_PLACE_MAX], old[4096];

	(void)state;
	setenv("KITHD", "/some/kithd", 1);
	assert_true(kith_place_kithd(&c, out));
	assert_string_equal(out, "/some/kithd");
	unsetenv("KITHD");
	snprintf(path, sizeof(path), "%s", tmpdir_write(&dir, "kithd", "#!/bin/sh\n"));
	assert_int_equal(chmod(path, 0755), 0);
	*strrchr(path, '/') = '\0';
	snprintf(old, sizeof(old), "%s", getenv("PATH"));
	setenv("PATH", path, 1);
	assert_true(kith_place_kithd(&c, out));
	setenv("PATH", old, 1);
	assert_non_null(strstr(out, "/kithd"));
	assert_int_equal(access(out, X_OK), 0);
}

static void the_host_name_is_a_members_name_or_empty(void **state)
{
	char out[64], small[4];

	(void)state;
	kith_place_host_name(out, sizeof(out));
	assert_true(out[0] == '\0' || kith_name_is_valid(out, 63));
	kith_place_host_name(small, sizeof(small));
	assert_true(strlen(small) <= 3);
}

static void the_address_is_one_that_others_can_dial(void **state)
{
	struct kith_addr a;

	(void)state;
	for (int family = 4; family <= 6; family += 2) {
		if (!kith_place_address(family, &a))
			continue; /* a machine without a route */
		assert_int_equal(a.family, family);
		assert_int_equal(a.port, 0);
		assert_false(kith_addr_is_loopback(&a));
	}
}

static void root_writes_for_the_owner(void **state)
{
	struct stat st;
	char path[KITH_PLACE_MAX];

	(void)state;
	snprintf(path, sizeof(path), "%s", tmpdir_file(&dir, "owned"));
	assert_int_equal(kith_place_become_owner(path), ENOENT);
	assert_int_equal(mkdir(path, 0755), 0);
	if (geteuid() == 0)
		assert_int_equal(chown(path, 65534, 65534), 0);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(kith_place_become_owner(path), 0);
	assert_int_equal(geteuid(), st.st_uid);
	kith_place_return();
	assert_int_equal(geteuid(), getuid());
	assert_int_equal(getegid(), getgid());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_environment_names_the_socket, setup, teardown),
		cmocka_unit_test_setup_teardown(what_is_given_wins, setup, teardown),
		cmocka_unit_test_setup_teardown(defaults_follow_the_user, setup, teardown),
		cmocka_unit_test_setup_teardown(directories_are_made_with_their_parents, setup, teardown),
		cmocka_unit_test_setup_teardown(kithd_by_name_and_by_path, setup, teardown),
		cmocka_unit_test_setup_teardown(the_host_name_is_a_members_name_or_empty, setup, teardown),
		cmocka_unit_test_setup_teardown(the_address_is_one_that_others_can_dial, setup, teardown),
		cmocka_unit_test_setup_teardown(root_writes_for_the_owner, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
