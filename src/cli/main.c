/* SPDX-License-Identifier: ISC */
#include "cli/cli.h"

int main(int argc, char **argv)
{
	return kith_cli_run(argc, argv, stdout, stderr);
}
