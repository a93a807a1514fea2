#include "tools/bench/block.h"

#include <stdlib.h>
#include <string.h>

#include <new>

namespace uaio::bench {
namespace {

constexpr int kFilling = 0xa5;  // neither zero, which some devices store in no space, nor text

}  // namespace

Blocks::Blocks(size_t count)
    : bytes_(static_cast<char*>(aligned_alloc(kBlockBytes, count * kBlockBytes))) {
    if (bytes_ == nullptr) throw std::bad_alloc();
    memset(bytes_, kFilling, count * kBlockBytes);
    for (size_t i = 0; i < count; ++i) label(block(i), 0);
}

Blocks::~Blocks() {
    free(bytes_);
}

void label(char* block, off_t offset) {
    memcpy(block, &offset, sizeof offset);
}

bool is_labelled(const char* block, off_t offset) {
    return memcmp(block, &offset, sizeof offset) == 0;
}

}  // namespace uaio::bench
