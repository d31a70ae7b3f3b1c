#include "sekisho/roles.h"

/* The processes. */
const struct role roles[ROLE_COUNT] = {
    /*               name       per zone  listens  instances  zygote  entry */
    [ROLE_HTTP] = {"http", true, true, 1, false, role_http},
    [ROLE_PORTAL] = {"portal", true, false, 2, false, role_portal},
    [ROLE_GATEWAY] = {"gateway", false, false, 1, false, role_gateway},
    [ROLE_SIGNER] = {"signer", false, false, 1, false, role_signer},
    [ROLE_SANITIZE] = {"sanitize", false, false, 1, true, NULL},
    [ROLE_VERIFY] = {"verify", false, false, 1, true, NULL},
    [ROLE_PASSWORD] = {"password", false, false, 1, true, NULL},
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
