/* SPDX-License-Identifier: ISC */
#include "daemon/services.h"
#include "support/tmpdir.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static struct tmpdir dir;
static struct kith_report report;
static struct kith_conf *conf;
static struct kith_services services;
static char main_file[600];

static int setup(void **state)
{
	char path[600];

	(void)state;
	tmpdir_make(&dir);
	snprintf(main_file, sizeof main_file, "%s/kith.conf", dir.path);
	snprintf(path, sizeof path, "%s/conf.d", dir.path);
	return mkdir(path, 0700);
}

static int teardown(void **state)
{
	(void)state;
	kith_services_free(&services);
	kith_conf_free(&conf);
	kith_report_clear(&report);
	(void)remove(tmpdir_file(&dir, "conf.d/10.conf"));
	tmpdir_remove(&dir);
	return 0;
}

static int load(const char *override)
{
	struct kith_conf_source source = {.path = main_file, .overrides = &override,
					  .override_count = override != NULL,
					  .override_origin = "command line"};

	return kith_conf_load(&conf, &source, &report);
}

/* The report with the directory's name taken out of it. */
static void assert_mistakes(const char *wanted)
{
	char out[8192];
	const char *p = kith_report_text(&report);
	size_t len = 0, dir_len = strlen(dir.path);

	while (*p != '\0') {
		if (strncmp(p, dir.path, dir_len) == 0)
			p += dir_len + 1;
		else
			out[len++] = *p++;
	}
	out[len] = '\0';
	assert_string_equal(out, wanted);
}

static void sections_become_definitions(void **state)
{
	struct kith_service_def def;

	(void)state;
	tmpdir_write(&dir, "kith.conf",
		     "[service.web]\nid = web-1\nport = 8080\naddress = 10.0.0.5\n  web.example.org\n"
		     "tag = v1\ntag = two words\nport.admin = 9090\nmeta.path = /x = y\nmeta.empty =\n"
		     "meta.a.b = 1\nweight = 7\n"
		     "[log]\nlevel = info\n[service.db]\nport = 5432\n[service.web]\n");
	assert_int_equal(load(NULL), 0);
	assert_int_equal(kith_services_read(&services, conf, &report), 0);
	assert_int_equal(services.count, 2);
	kith_definition_def(&services.all[0], &def);
	assert_string_equal(def.name, "web");
	assert_string_equal(def.id, "web-1");
	assert_int_equal(def.port, 8080);
	assert_int_equal(def.weight, 7);
	assert_memory_equal(def.addrs.p, "\x92\xA8" "10.0.0.5\xAFweb.example.org", def.addrs.len);
	assert_memory_equal(def.tags.p, "\x92\xA2v1\xA9two words", def.tags.len);
	assert_memory_equal(def.ports.p, "\x81\xA5" "admin\xCD\x23\x82", def.ports.len);
	assert_memory_equal(def.meta.p, "\x83\xA3" "a.b\xA1" "1\xA5" "empty\xA0\xA4path\xA6/x = y",
			    def.meta.len);
	kith_definition_def(&services.all[1], &def);
	assert_string_equal(def.id, "db");
	assert_int_equal(def.weight, 1);
	assert_int_equal(def.addrs.len + def.tags.len + def.ports.len + def.meta.len, 0);
}

static void a_later_file_says_more(void **state)
{
	struct kith_service_def def;

	(void)state;
	tmpdir_write(&dir, "kith.conf", "[service.web]\nport = 1\ntag = a\nmeta.x = 1\nmeta.y = 2\n");
	tmpdir_write(&dir, "conf.d/10.conf", "[service.web]\nport = 2\ntag = b\nmeta.x = 3\n");
	assert_int_equal(load(NULL), 0);
	assert_int_equal(kith_services_read(&services, conf, &report), 0);
	assert_int_equal(services.count, 1);
	kith_definition_def(&services.all[0], &def);
	assert_int_equal(def.port, 2);
	assert_memory_equal(def.tags.p, "\x92\xA1" "a\xA1" "b", def.tags.len);
	assert_memory_equal(def.meta.p, "\x82\xA1x\xA1" "3\xA1y\xA1" "2", def.meta.len);
}

static void all_mistakes_at_once(void **state)
{
	(void)state;
	tmpdir_write(&dir, "kith.conf",
		     "[service]\nport = 1\nid = x\n"
		     "[service.]\nport = 1\n"
		     "[service.web]\nport = 0\nprot = 1\nport = 2\naddress = 10.0.0.5:80\nweight = much\n"
		     "meta. = 1\nmeta.a = 1\n  2\nmeta.a = 3\nport.admin = x\ntag = \x01\n"
		     "[services.web]\nport = 1\n");
	assert_int_equal(load("service.web.port=1"), 78);
	assert_mistakes(
		"kith.conf:2: [service]: a service needs a name, UTF-8 without control characters: "
		"[service.NAME]\n"
		"kith.conf:5: [service.]: a service needs a name, UTF-8 without control characters: "
		"[service.NAME]\n"
		"kith.conf:7: service.web.port: must be 1 to 65535\n"
		"kith.conf:8: unknown setting 'prot' in [service.web]; did you mean 'port'?\n"
		"kith.conf:9: service.web.port is given twice, first in line 7\n"
		"kith.conf:10: service.web.address: '10.0.0.5:80' is not an address or host name without a port "
		"(use 10.0.0.5, fd00::5 or web.example.org)\n"
		"kith.conf:11: service.web.weight: 'much' is not a whole number\n"
		"kith.conf:12: service.web.meta.: something has to follow the dot: meta.NAME\n"
		"kith.conf:14: service.web.meta.a: it has one value; remove the blank at the start of the line\n"
		"kith.conf:15: service.web.meta.a is given twice, first in line 13\n"
		"kith.conf:16: service.web.port.admin: 'x' is not a whole number\n"
		"kith.conf:17: service.web.tag: '\\x01' is not UTF-8 without control characters\n"
		"kith.conf:19: unknown section [services.web]\n"
		"command line: [service]: a service is not given here; write a [service.NAME] section\n");
}

static void what_several_sections_tell(void **state)
{
	char text[4096] = "[service.a]\nid = x\n[service.x]\nport = 1\n[service.big]\n";

	(void)state;
	for (int i = 0; i < 7; i++)
		snprintf(text + strlen(text), sizeof text - strlen(text), "meta.k%d = %0170d\n", i, 0);
	tmpdir_write(&dir, "kith.conf", text);
	assert_int_equal(load(NULL), 0);
	assert_int_equal(kith_services_read(&services, conf, &report), 78);
	assert_mistakes("kith.conf:6: service.big: all that is said of a service takes some 860 bytes at most\n");
	kith_report_clear(&report);
	kith_conf_free(&conf);
	tmpdir_write(&dir, "kith.conf", "[service.a]\nid = x\n[service.x]\nport = 1\n");
	assert_int_equal(load(NULL), 0);
	assert_int_equal(kith_services_read(&services, conf, &report), 78);
	assert_mistakes("kith.conf:4: service.x: its id is 'x', as that of [service.a]; give it another one\n");
}

static void there_are_not_too_many(void **state)
{
	char *text = malloc(64 * 1024);
	size_t len = 0;

	(void)state;
	assert_non_null(text);
	for (int i = 0; i < 257; i++)
		len += (size_t)snprintf(text + len, 64 * 1024 - len, "[service.s%d]\nport = 1\n", i);
	tmpdir_write(&dir, "kith.conf", text);
	assert_int_equal(load(NULL), 78);
	assert_mistakes("kith.conf:514: [service.s256]: more than 256 services, which is what a host may offer\n");
	free(text);
}

static void a_refusal_of_the_node_has_its_place(void **state)
{
	(void)state;
	tmpdir_write(&dir, "kith.conf", "[service.web]\nport = 1\n[service.db]\naddress = x\n");
	assert_int_equal(load(NULL), 0);
	assert_int_equal(kith_services_blame(conf, 0, KITH_ERIGHT, "h-1", &report), 78);
	assert_int_equal(kith_services_blame(conf, 1, KITH_ERIGHT, "h-1", &report), 78);
	assert_int_equal(kith_services_blame(conf, 1, KITH_ETOOBIG, "h-1", &report), 78);
	assert_int_equal(kith_services_blame(conf, 1, KITH_EFULL, "h-1", &report), 78);
	assert_int_equal(kith_services_blame(conf, 1, KITH_ENOMEM, "h-1", &report), 71);
	assert_mistakes(
		"kith.conf:2: service.web: the certificate of this host does not allow the name; admit it again, as "
		"kith-services(5) says: kith admit h-1 --key KEY --service 'web'\n"
		"kith.conf:4: service.db: the certificate of this host does not allow the name, or not an address "
		"that is not its own; admit it again, as kith-services(5) says: kith admit h-1 --key KEY --service "
		"'db' --external\n"
		"kith.conf:4: service.db: all its settings take more than some 860 bytes; shorten them\n"
		"kith.conf:4: service.db: this host offers 256 services already, which is the most\n"
		"out of memory\n");
}

/* What is printed is a configuration again, and the same one. */
static void printed_and_read_again(void **state)
{
	struct kith_services again;
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	(void)state;
	tmpdir_write(&dir, "kith.conf", "[service.web]\nport = 1\ntag = a b\nmeta.x = 1\nport.y = 2\nmeta.z =\n");
	assert_int_equal(load(NULL), 0);
	assert_int_equal(kith_services_read(&services, conf, &report), 0);
	kith_conf_print(conf, f);
	fclose(f);
	assert_non_null(strstr(text, "\n[service.web]\nport = 1  "));
	assert_non_null(strstr(text, "\nport.y = 2  "));
	assert_non_null(strstr(text, "\nweight = 1                               ; default\n"));
	tmpdir_write(&dir, "kith.conf", strstr(text, "\n[service.web]"));
	kith_conf_free(&conf);
	assert_int_equal(load(NULL), 0);
	assert_int_equal(kith_services_read(&again, conf, &report), 0);
	assert_int_equal(again.count, 1);
	assert_true(kith_definition_is_same(&again.all[0], &services.all[0]));
	kith_services_free(&again);
	free(text);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(sections_become_definitions),
		TEST(a_later_file_says_more),
		TEST(all_mistakes_at_once),
		TEST(what_several_sections_tell),
		TEST(there_are_not_too_many),
		TEST(a_refusal_of_the_node_has_its_place),
		TEST(printed_and_read_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
