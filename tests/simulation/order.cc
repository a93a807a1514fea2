#include "tests/simulation/order.h"

#include "tests/simulation/world.h"

namespace uaio::sim {
namespace {

// One call had returned before the other was made, or stands before it in a list.
bool precedes(const Ordered& one, const Ordered& other) {
    if (one.chain != nullptr && one.chain == other.chain) {
        return one.number < other.number;
    }
    return one.returned != 0 && one.returned < other.called;
}

bool overlap(const Ordered& one, const Ordered& other) {
    return one.offset < other.offset + static_cast<int64_t>(other.bytes) &&
           other.offset < one.offset + static_cast<int64_t>(one.bytes);
}

bool conflict(const Ordered& one, const Ordered& other, bool strict) {
    if (one.fd != other.fd || one.file != other.file || is_sync(one.kind) || is_sync(other.kind)) {
        return false;
    }
    if (strict) {
        return !one.file->stream;
    }
    if (one.file->stream) {
        return one.kind == other.kind;
    }
    if (one.torn || other.torn) {  // closed in the midst of its submission
        return false;
    }
    if (one.append || other.append) {  // where an append ends up, nobody knows beforehand
        return one.kind == Kind::kWrite && other.kind == Kind::kWrite;
    }
    return overlap(one, other) && (one.kind == Kind::kWrite || other.kind == Kind::kWrite);
}

}  // namespace

void note_opening(Ordered& request, bool append) {
    request.append = append;
    request.torn = false;
}

void note_file(Ordered& request, const File& file, bool append) {
    request.file = &file;
    request.torn = request.torn || request.append != append;
}

void check_order(const Ordered& one, const Ordered& other, bool strict) {
    if (one.run == nullptr || other.run == nullptr || !precedes(one, other)) {
        return;
    }
    bool ordered = conflict(one, other, strict) && one.reqprio <= other.reqprio;
    bool barred = one.kind == Kind::kWrite && is_sync(other.kind) && one.file == other.file &&
                  !one.file->stream;
    if ((ordered || barred) && one.run->ended > other.run->began) {
        world.fail("request %d ran before request %d, which was submitted earlier", other.number,
                   one.number);
    }
}

}  // namespace uaio::sim
