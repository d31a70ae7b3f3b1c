#include "sekisho/roles.h"

/* The processes. */
const struct role roles[ROLE_COUNT] = {
    /*               name       per zone  listens  instances  entry */
    [ROLE_HTTP] = {"http", true, true, 1, role_http},
    [ROLE_PORTAL] = {"portal", true, false, 2, role_portal},
    [ROLE_GATEWAY] = {"gateway", false, false, 1, role_gateway},
    [ROLE_SIGNER] = {"signer", false, false, 1, role_signer},
};

/* Who may talk to whom. What is not here has no socket to the other. */
const struct edge edges[] = {
    {ROLE_HTTP, ROLE_PORTAL, "requests; pages"},
    {ROLE_PORTAL, ROLE_GATEWAY, "commands of signed-in people"},
    {ROLE_GATEWAY, ROLE_SIGNER, "heads of the log to sign"},
};
const size_t edges_n = ARRAY_LEN(edges);

/* The gateway also starts the zygotes sanitize, verify and password (worker/pool.h). */
