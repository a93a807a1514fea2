// glibc's rule: one request at a time per descriptor, in queue order. For programs that lean on it,
// and for seeing how librt works. A sync still waits for the writes before it (file_table.h), and
// only then joins the queue.
#include "aio/policy.h"
#include "aio/request.h"

namespace uaio {

Placement place_strictly(const Request& /*request*/) {
    return {0, 1, false, kNoRange, kNoRange, kNoRange};
}

}  // namespace uaio
