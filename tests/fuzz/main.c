/* SPDX-License-Identifier: ISC */
/*
 * Replays a fuzz target's corpus without a fuzzer, so that every input that ever found something
 * is tried by make check with any compiler.
 *
 * fuzz_x without arguments replays tests/fuzz/fuzz_x.in/ and fuzz_x.repro/ under $top_srcdir, each
 * file one line of TAP; the corpus must exist and hold at least one file. With arguments it
 * replays those files. A crash ends the program and so the test.
 */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *buf, size_t len);

enum {
	INPUT_LEN_MAX = 1 << 20, /* libFuzzer's own -max_len never gets there */
};

static int replayed;

static int replay_file(const char *path)
{
	uint8_t *buf;
	size_t len;
	FILE *f = fopen(path, "rb");

	if (!f) {
		printf("Bail out! cannot open %s: %s\n", path, strerror(errno));
		return -1;
	}
	buf = malloc(INPUT_LEN_MAX);
	if (!buf) {
		puts("Bail out! out of memory");
		fclose(f);
		return -1;
	}
	len = fread(buf, 1, INPUT_LEN_MAX, f);
	fclose(f);
	/* An exact-size copy, so that a sanitizer sees a read past the end. */
	uint8_t *exact = malloc(len ? len : 1);
	if (!exact) {
		puts("Bail out! out of memory");
		free(buf);
		return -1;
	}
	memcpy(exact, buf, len);
	free(buf);
	LLVMFuzzerTestOneInput(exact, len);
	free(exact);
	printf("ok %d - %s\n", ++replayed, path);
	fflush(stdout);
	return 0;
}

static int visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

/* Files in name order, so that two runs print the same. A missing directory holds no files. */
static int replay_dir(const char *dir)
{
	struct dirent **entries;
	int rc = 0;
	int count = scandir(dir, &entries, visible, alphasort);

	if (count < 0)
		return errno == ENOENT ? 0 : -1;
	for (int i = 0; i < count; i++) {
		char path[PATH_MAX];
		int n = snprintf(path, sizeof(path), "%s/%s", dir, entries[i]->d_name);

		if (rc == 0)
			rc = n < (int)sizeof(path) ? replay_file(path) : -1;
		free(entries[i]);
	}
	free(entries);
	return rc;
}

static int replay_own_corpus(const char *program)
{
	static const char *const suffixes[] = {"in", "repro"};
	const char *top = getenv("top_srcdir");
	const char *slash = strrchr(program, '/');
	const char *name = slash ? slash + 1 : program;

	if (strncmp(name, "lt-", 3) == 0) /* libtool's wrapper runs .libs/lt-fuzz_x */
		name += 3;
	for (size_t i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++) {
		char dir[PATH_MAX];
		int n = snprintf(dir, sizeof(dir), "%s/tests/fuzz/%s.%s", top ? top : ".", name,
				 suffixes[i]);

		if (n >= (int)sizeof(dir) || replay_dir(dir) != 0)
			return -1;
	}
	return 0;
}

int main(int argc, char **argv)
{
	int rc = 0;

	if (argc == 1)
		rc = replay_own_corpus(argv[0]);
	for (int i = 1; i < argc && rc == 0; i++)
		rc = replay_file(argv[i]);
	if (rc == 0 && replayed == 0) {
		printf("Bail out! %s has no corpus to replay\n", argv[0]);
		rc = -1;
	}
	if (rc == 0)
		printf("1..%d\n", replayed);
	return rc == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
