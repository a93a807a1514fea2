// The CRC-32 of files, as gzip has it, with many reads in flight:
//
//     checksum FILE…           prints "CRC BYTES FILE" for each
//
// All files are read at once, each with kDepth blocks ahead of the one that is being summed up; the
// blocks come in any order and are summed up in that of the file.
#include <array>
#include <cstdint>
#include <iomanip>
#include <iostream>
#include <list>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/read_at.hpp>
#include <boost/crc.hpp>
#include <uaio/asio/random_access_file.hpp>

namespace {

namespace net = boost::asio;
using boost::system::error_code;

constexpr std::size_t kDepth = 16;
constexpr std::size_t kBlockBytes = 256 * 1024;

class Checksum {
  public:
    Checksum(net::io_context& context, const std::string& path)
        : file_(context, path, uaio::asio::file_base::read_only), slots_(kDepth) {
        for (std::size_t block = 0; block < kDepth; ++block) read(block);
    }

    std::uint32_t sum() const { return sum_.checksum(); }
    std::uint64_t bytes() const { return bytes_; }
    const error_code& error() const { return error_; }

  private:
    struct Slot {
        std::vector<char> memory = std::vector<char>(kBlockBytes);
        std::size_t bytes = 0;
        bool is_there = false;
    };

    Slot& slot_of(std::size_t block) { return slots_[block % kDepth]; }

    void read(std::size_t block) {
        net::async_read_at(
            file_, block * kBlockBytes, net::buffer(slot_of(block).memory),
            [this, block](error_code error, std::size_t bytes) { hear(block, error, bytes); });
    }

    void hear(std::size_t block, error_code error, std::size_t bytes) {
        if (error && error != net::error::eof && !error_) error_ = error;
        Slot& slot = slot_of(block);
        slot.bytes = bytes;
        slot.is_there = true;
        while (slot_of(next_).is_there) take(slot_of(next_));
    }

    // A block that is not full is the last one; those behind it are empty.
    void take(Slot& slot) {
        sum_.process_bytes(slot.memory.data(), slot.bytes);
        bytes_ += slot.bytes;
        slot.is_there = false;
        if (slot.bytes == kBlockBytes && !error_) read(next_ + kDepth);
        ++next_;
    }

    uaio::asio::random_access_file file_;
    std::vector<Slot> slots_;
    std::size_t next_ = 0;
    boost::crc_32_type sum_;
    std::uint64_t bytes_ = 0;
    error_code error_;
};

int run(int count, char** paths) {
    net::io_context context(1);
    std::list<Checksum> sums;
    for (int i = 0; i < count; ++i) sums.emplace_back(context, paths[i]);
    context.run();
    int status = 0;
    for (const Checksum& each : sums) {
        const char* path = *paths++;
        if (each.error()) {
            std::cerr << "checksum: " << path << ": " << each.error().message() << '\n';
            status = 1;
        } else {
            std::cout << std::hex << std::setw(8) << std::setfill('0') << each.sum() << std::dec
                      << ' ' << each.bytes() << ' ' << path << '\n';
        }
    }
    return status;
}

}  // namespace

int main(int argc, char** argv) try {
    if (argc < 2) {
        std::cerr << "usage: checksum FILE...\n";
        return 2;
    }
    return run(argc - 1, argv + 1);
} catch (const std::exception& failure) {
    std::cerr << "checksum: " << failure.what() << '\n';
    return 1;
}
