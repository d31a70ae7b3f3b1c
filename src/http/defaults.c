/* Apart from what calls the libraries: a configuration is read without them. */
#include "http/server.h"

struct http_limits http_limits_default(void)
{
	return (struct http_limits){
	    .head_bytes = 64 << 10,
	    .body_bytes = 32 << 10,
	    .upload_bytes = 4ull << 30,
	    .connections = 256,
	    .per_address = 64,
	    .idle_seconds = 60,
	    .head_seconds = 20,
	    .min_bytes_per_second = 1024,
	    .requests_per_second = 50,
	    .burst = 200,
	};
}
