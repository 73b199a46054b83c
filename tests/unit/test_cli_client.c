/* SPDX-License-Identifier: ISC */
#include "cli/client.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "base/mem.h"
#include "query/out.h"
#include "support/tmpdir.h"
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

/* What tests/cli/ cannot do from outside: a kithd that is slow in every way. */

static struct tmpdir dir;
static struct kith_cli cli;
static struct kith_client client;
static pid_t server;
static int listener;

typedef void (*serve_f)(int fd);

static int setup(void **state)
{
	struct sockaddr_un to = {.sun_family = AF_UNIX};

	(void)state;
	tmpdir_make(&dir);
	memset(&cli, 0, sizeof(cli));
	cli.socket = tmpdir_file(&dir, "sock");
	cli.timeout_ms = 60000;
	snprintf(to.sun_path, sizeof(to.sun_path), "%s", cli.socket);
	listener = socket(AF_UNIX, SOCK_STREAM, 0);
	assert_int_equal(bind(listener, (struct sockaddr *)&to, sizeof(to)), 0);
	server = 0;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	kith_client_close(&client);
	close(listener);
	if (server > 0) {
		kill(server, SIGKILL);
		waitpid(server, NULL, 0);
	}
	tmpdir_remove(&dir);
	return 0;
}

/* One connection in a process of its own. */
static void start(serve_f serve)
{
	assert_int_equal(listen(listener, 4), 0);
	server = fork();
	assert_true(server >= 0);
	if (server == 0) {
		serve(accept(listener, NULL, NULL));
		pause();
		_exit(0);
	}
}

/* The answer to the handshake: {"Seq":1,"Error":""}. */
static const uint8_t hello[] = {0x82, 0xa3, 'S', 'e', 'q', 0x01, 0xa5, 'E', 'r', 'r', 'o', 'r', 0xa0};
/* {"Seq":2,"Error":""} and the body {"n":7} */
static const uint8_t seven[] = {0x82, 0xa3, 'S', 'e', 'q', 0x02, 0xa5, 'E', 'r', 'r', 'o', 'r', 0xa0,
				0x81, 0xa1, 'n', 0x07};

static void swallow(int fd)
{
	char request[4096];

	if (read(fd, request, sizeof(request)) <= 0)
		_exit(1);
}

static void put(int fd, const uint8_t *p, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (write(fd, p + i, 1) != 1)
			_exit(1);
}

static void byte_by_byte(int fd)
{
	swallow(fd);
	put(fd, hello, sizeof(hello));
	swallow(fd);
	put(fd, seven, sizeof(seven));
}

static void answers_may_come_in_any_pieces(void **state)
{
	struct kith_reply r;

	(void)state;
	start(byte_by_byte);
	kith_reply_init(&r);
	assert_int_equal(kith_client_open(&client, &cli), KITH_EXIT_YES);
	assert_int_equal(kith_client_call(&client, "kith.status", NULL, &r), KITH_EXIT_YES);
	assert_int_equal(kith_reply_uint(r.root, "n", 0), 7);
	kith_reply_fini(&r);
}

static void all_at_once(int fd)
{
	uint8_t both[sizeof(hello) + sizeof(seven)];

	memcpy(both, hello, sizeof(hello));
	memcpy(both + sizeof(hello), seven, sizeof(seven));
	swallow(fd);
	if (write(fd, both, sizeof(both)) != (ssize_t)sizeof(both))
		_exit(1);
}

static void what_comes_early_is_kept(void **state)
{
	struct kith_reply r;

	(void)state;
	start(all_at_once);
	kith_reply_init(&r);
	assert_int_equal(kith_client_open(&client, &cli), KITH_EXIT_YES);
	assert_int_equal(kith_client_call(&client, "kith.status", NULL, &r), KITH_EXIT_YES);
	assert_int_equal(kith_reply_uint(r.root, "n", 0), 7);
	kith_reply_fini(&r);
}

static void deaf(int fd)
{
	swallow(fd);
	put(fd, hello, sizeof(hello));
}

/* A request that nobody reads fills the socket; that must not hang. */
static void a_kithd_that_does_not_read(void **state)
{
	struct kith_writer w;
	struct kith_buf body;
	struct kith_reply r;

	(void)state;
	start(deaf);
	kith_buf_init(&body, &kith_alloc_libc, 1 << 20);
	kith_write_init(&w, &kith_form_msgpack, &body);
	kith_write_array(&w);
	for (int i = 0; i < 100000; i++)
		kith_write_text(&w, "10.0.0.1");
	kith_write_end(&w);
	assert_true(kith_write_done(&w));
	kith_reply_init(&r);
	assert_int_equal(kith_client_open(&client, &cli), KITH_EXIT_YES);
	cli.timeout_ms = 300;
	assert_int_equal(kith_client_call(&client, "kith.join", &body, &r), KITH_EXIT_TIMEOUT);
	assert_string_equal(cli.failure.code, "timeout");
	kith_reply_fini(&r);
	kith_buf_fini(&body);
}

static void half(int fd)
{
	swallow(fd);
	put(fd, hello, sizeof(hello) / 2);
}

static void a_kithd_that_stops_in_the_middle(void **state)
{
	(void)state;
	start(half);
	cli.timeout_ms = 300;
	assert_int_equal(kith_client_open(&client, &cli), KITH_EXIT_TIMEOUT);
}

/* Connections wait in the listener's queue until it is full. */
static void a_kithd_that_does_not_accept(void **state)
{
	struct kith_client others[4];
	enum kith_exit got = KITH_EXIT_YES;
	int i;

	(void)state;
	assert_int_equal(listen(listener, 0), 0);
	cli.timeout_ms = 200;
	for (i = 0; i < 4; i++) {
		memset(&cli.failure, 0, sizeof(cli.failure));
		got = kith_client_open(&others[i], &cli);
		assert_int_equal(got, KITH_EXIT_TIMEOUT);
	}
	while (i-- > 0)
		kith_client_close(&others[i]);
}

static void a_path_that_no_socket_can_have(void **state)
{
	char path[200];

	(void)state;
	memset(path, 'x', sizeof(path) - 1);
	path[sizeof(path) - 1] = '\0';
	cli.socket = path;
	assert_int_equal(kith_client_open(&client, &cli), KITH_EXIT_USAGE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(answers_may_come_in_any_pieces, setup, teardown),
		cmocka_unit_test_setup_teardown(what_comes_early_is_kept, setup, teardown),
		cmocka_unit_test_setup_teardown(a_kithd_that_does_not_read, setup, teardown),
		cmocka_unit_test_setup_teardown(a_kithd_that_stops_in_the_middle, setup, teardown),
		cmocka_unit_test_setup_teardown(a_kithd_that_does_not_accept, setup, teardown),
		cmocka_unit_test_setup_teardown(a_path_that_no_socket_can_have, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
