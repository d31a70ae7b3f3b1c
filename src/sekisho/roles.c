#include "sekisho/roles.h"

/* The processes. */
const struct role roles[ROLE_COUNT] = {
    /*               name       per zone  listens  instances  program */
    [ROLE_HTTP] = {"http", true, true, 1, PROGRAM_HTTP},
    [ROLE_PORTAL] = {"portal", true, false, 2, PROGRAM_MAIN},
    [ROLE_GATEWAY] = {"gateway", false, false, 1, PROGRAM_MAIN},
    [ROLE_SIGNER] = {"signer", false, false, 1, PROGRAM_MAIN},
    [ROLE_SANITIZE] = {"sanitize", false, false, 1, PROGRAM_WORKER},
    [ROLE_VERIFY] = {"verify", false, false, 1, PROGRAM_WORKER},
    [ROLE_PASSWORD] = {"password", false, false, 1, PROGRAM_WORKER},
};

/* Who may talk to whom. What is not here has no socket to the other. */
const struct edge edges[] = {
    {ROLE_HTTP, ROLE_PORTAL, "requests; pages"},
    {ROLE_PORTAL, ROLE_GATEWAY, "commands of signed-in people"},
    {ROLE_GATEWAY, ROLE_SIGNER, "heads of the log to sign"},
    {ROLE_GATEWAY, ROLE_SANITIZE, "files to rebuild"},
    {ROLE_GATEWAY, ROLE_VERIFY, "results to recognise"},
    {ROLE_GATEWAY, ROLE_PASSWORD, "passwords to hash and compare"},
};
const size_t edges_n = ARRAY_LEN(edges);
