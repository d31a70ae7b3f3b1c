#include "sekisho/subcommand.h"

/* Every subcommand, in the order in which the help lists them. */
/* clang-format off: one row a line, so that branches can add theirs */
const struct subcommand *const subcommands[] = {
    &cmd_sanitize,
    &cmd_inspect,
    &cmd_verify,
    &cmd_config_check,
    &cmd_policy_check,
    &cmd_policy_decide,
    &cmd_policy_explain,
    &cmd_policy_verify,
    &cmd_policy_diff,
    &cmd_policy_ask,
    &cmd_policy_fmt,
    &cmd_policy_adopt,
    &cmd_policy_versions,
    &cmd_policy_attest,
    &cmd_office_appoint,
    &cmd_office_end,
    &cmd_office_list,
    &cmd_text_show,
    &cmd_text_diff,
    &cmd_init,
    &cmd_serve,
    &cmd_status,
    &cmd_user_add,
    &cmd_user_list,
    &cmd_user_disable,
    &cmd_log_verify,
    &cmd_log_show,
    &cmd_log_prove,
    &cmd_log_check_proof,
    &cmd_log_consistency,
    &cmd_log_check_growth,
    &cmd_log_copy,
    &cmd_log_audit,
    &cmd_log_witness_new,
    &cmd_log_witness,
    &cmd_completion,
    /* for the program's own use */
    &cmd_role,
};
/* clang-format on */
const size_t subcommands_n = sizeof subcommands / sizeof subcommands[0];
