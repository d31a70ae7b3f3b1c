#include "sekisho/subcommand.h"

/* Every subcommand, in the order in which the help lists them. */
const struct subcommand *const subcommands[] = {
    &cmd_sanitize,     &cmd_inspect,       &cmd_verify,     &cmd_config_check,
    &cmd_policy_check, &cmd_policy_decide, &cmd_completion, &cmd_zygote,
};
const size_t subcommands_n = sizeof subcommands / sizeof subcommands[0];
