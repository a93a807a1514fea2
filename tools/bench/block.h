// What the scratch file holds and what operations move: blocks of 4 KiB, each labelled with its
// own offset, so that any block that was read tells at no cost whether it is the right one. What is
// written is labelled the same way; the file therefore says the same whatever was done to it.
#pragma once

#include <stddef.h>
#include <sys/types.h>

namespace uaio::bench {

inline constexpr size_t kBlockBytes = 4096;  // a page, and what O_DIRECT is content with

// Memory for `count` blocks, aligned for O_DIRECT, present and filled like blocks at offset 0.
class Blocks {
  public:
    explicit Blocks(size_t count);
    ~Blocks();
    Blocks(const Blocks&) = delete;
    Blocks& operator=(const Blocks&) = delete;

    char* block(size_t index) const { return bytes_ + index * kBlockBytes; }

  private:
    char* bytes_;
};

// Labels `block` as the one at `offset`; whether it is labelled so.
void label(char* block, off_t offset);
bool is_labelled(const char* block, off_t offset);

}  // namespace uaio::bench
