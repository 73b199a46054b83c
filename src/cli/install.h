/* SPDX-License-Identifier: ISC */
/*
 * cli/install.h: what `init` and `join` leave on a host: the state directory's files, kith.conf if
 * there is none, and the sentence that says what to start.
 */
#ifndef KITH_CLI_INSTALL_H
#define KITH_CLI_INSTALL_H

#include "cli/admit.h"
#include "cli/place.h"
#include "files/state.h"

/* A host's places, and its state directory opened and locked. */
struct kith_install {
	char state_dir[KITH_PLACE_MAX], config_dir[KITH_PLACE_MAX];
	char config_path[KITH_PLACE_MAX + 16]; /* "": --state without --config, and none is written */
	struct kith_state state;
	bool is_open;
	bool config_written; /* by kith_install_config() */
};

/* Finds the places (either may be NULL: the default), makes and locks the state directory. */
enum kith_exit kith_install_open(struct kith_install *in, struct kith_cli *c, const char *state,
				 const char *config);
void kith_install_close(struct kith_install *in);
/* The identity that is there. *found is false when there is none. */
enum kith_exit kith_install_identity(struct kith_install *in, struct kith_cli *c,
				     uint8_t seed[KITH_KEY_LEN], bool *found);
/* Stores a new identity seed. */
enum kith_exit kith_install_new_identity(struct kith_install *in, struct kith_cli *c,
					 const uint8_t seed[KITH_KEY_LEN],
					 const struct kith_mid *mid);
/* Installs an identity file that was judged before. */
enum kith_exit kith_install_file(struct kith_install *in, struct kith_cli *c,
				 const struct kith_idfile *f, const struct kith_mid *mid);
/* Writes kith.conf if there is none. */
enum kith_exit kith_install_config(struct kith_install *in, struct kith_cli *c,
				   const struct kith_idfile *f);
/* Says what became of kith.conf. */
void kith_install_say(const struct kith_install *in, struct kith_cli *c);
/* The command that starts kithd here, into out. Returns out. */
const char *kith_install_start(const struct kith_install *in, char *out, size_t size);

#endif
