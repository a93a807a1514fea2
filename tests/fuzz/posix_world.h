// World: what one input of the posix target plays with. Descriptors of every kind, control blocks
// full of garbage, a buffer, and what must hold when the input has ended.
//
// Each input has a world of its own; the engine underneath is the same for all of them, as in a
// program that runs for long.
#pragma once

#include <aio.h>
#include <stddef.h>
#include <stdint.h>

#include <array>

#include "tests/fuzz/bytes.h"

namespace uaio::fuzz {

class World {
  public:
    static constexpr size_t kBlocks = 6;

    World();
    // Ends everything that is in flight, then checks that nothing is.
    ~World();
    World(const World&) = delete;
    World& operator=(const World&) = delete;

    // One of the blocks; null now and then.
    aiocb* any_block(Bytes& bytes);

    // A descriptor, or a number that is none.
    int any_fd(Bytes& bytes);

    // Makes the public members of a block such that a request of it does no harm to this process;
    // the private ones stay as they are.
    void aim(aiocb& block, Bytes& bytes);

    // A notification that this process survives, or one that does not exist.
    static void set_event(sigevent& event, Bytes& bytes);

    // The block's request has been accepted: at the end it must have a status.
    void accepted(const aiocb* block);
    // What the block says is not the engine's word any more.
    void garbled(const aiocb* block);

    // Whether a request of the block could wait for somebody.
    bool may_wait(const aiocb& block) const;

    // The other ends of the streams: gives them something to read, and room to write.
    void feed(Bytes& bytes);
    void drain();

    // Another file under the number of the first one.
    void replace_file();
    void truncate_file(Bytes& bytes);

  private:
    struct Stream {
        int ours;
        int peer;
    };
    enum Files : size_t { kFile, kSameFile, kAppending, kReadOnly, kNull, kZero, kFolder, kFiles };

    void end_requests(int fd);

    std::array<aiocb, kBlocks> blocks_;
    std::array<bool, kBlocks> owed_{};
    std::array<int, kFiles> files_;
    std::array<Stream, 3> streams_;  // a pipe to read, a pipe to write, a socket
};

}  // namespace uaio::fuzz
