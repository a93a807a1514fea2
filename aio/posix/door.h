// What the files of the posix door share.
#pragma once

#include <sys/types.h>

namespace uaio {

// How the engine publishes a status to a control block (request.h, Publish). `owner` is a struct
// aiocb or a struct aiocb64.
void publish_block(void* owner, ssize_t result, int error);

}  // namespace uaio
