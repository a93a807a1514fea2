#include "tests/walks/media.h"

#include <algorithm>

namespace uaio::test {
namespace {

void read_input(unsigned char& input, std::string& buffer) {
    for (char& byte : buffer) {
        byte = static_cast<char>(input++);
    }
}

void write_file(std::string& file, const Operation& operation, const std::string& buffer) {
    size_t at = operation.descriptor.append ? file.size() : static_cast<size_t>(operation.offset);
    file.resize(std::max(file.size(), at + buffer.size()), '\0');
    file.replace(at, buffer.size(), buffer);
}

}  // namespace

void Medium::transfer(const Operation& operation, std::string& buffer, size_t moved) {
    bool read = operation.kind == Kind::kRead;
    if (is_sync(operation.kind)) {
        return;
    }
    if (!operation.descriptor.seekable) {
        read ? read_input(input, buffer) : static_cast<void>(bytes.append(buffer, moved));
    } else if (read) {
        size_t begin = std::min(static_cast<size_t>(operation.offset), bytes.size());
        buffer = bytes.substr(begin, operation.bytes);
    } else if (!buffer.empty()) {  // a write of nothing does not make a file longer
        write_file(bytes, operation, buffer);
    }
}

Media media_at_start() {
    Media media;
    for (size_t lane = 0; lane < kWalkLanes; ++lane) {
        media[medium_of(lane)].bytes = std::string(is_stream(lane) ? 0 : kFileBytes, '-');
    }
    return media;
}

void execute(Media& media, std::vector<Turn>& turns) {
    for (Turn& turn : turns) {
        media[medium_of(turn.lane, turn.operation)].transfer(turn.operation, turn.bytes);
    }
}

}  // namespace uaio::test
