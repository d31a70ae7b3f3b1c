#include "sekisho/roles.h"

/* The processes. */
const struct role roles[ROLE_COUNT] = {
    /*               name        sets      listens  instances  program */
    [ROLE_HTTP] = {"http", PER_ZONE, true, 1, PROGRAM_HTTP},
    [ROLE_PORTAL] = {"portal", PER_ZONE, false, 2, PROGRAM_MAIN},
    [ROLE_GATEWAY] = {"gateway", PER_SITE, false, 1, PROGRAM_MAIN},
    [ROLE_SIGNER] = {"signer", PER_SITE, false, 1, PROGRAM_MAIN},
    [ROLE_OUTBOUND] = {"outbound", PER_PEER, false, 1, PROGRAM_OUTBOUND},
    [ROLE_SANITIZE] = {"sanitize", PER_SITE, false, 1, PROGRAM_WORKER},
    [ROLE_VERIFY] = {"verify", PER_SITE, false, 1, PROGRAM_WORKER},
    [ROLE_PASSWORD] = {"password", PER_SITE, false, 1, PROGRAM_WORKER},
};

/* Who may talk to whom. What is not here has no socket to the other. */
const struct edge edges[] = {
    {ROLE_HTTP, ROLE_PORTAL, "requests; pages"},
    {ROLE_PORTAL, ROLE_GATEWAY, "commands of signed-in people"},
    {ROLE_GATEWAY, ROLE_SIGNER, "heads of the log to sign"},
    {ROLE_GATEWAY, ROLE_OUTBOUND, "questions to one peer, its answers"},
    {ROLE_GATEWAY, ROLE_SANITIZE, "files to rebuild"},
    {ROLE_GATEWAY, ROLE_VERIFY, "results to recognise"},
    {ROLE_GATEWAY, ROLE_PASSWORD, "passwords to hash and compare"},
};
const size_t edges_n = ARRAY_LEN(edges);
