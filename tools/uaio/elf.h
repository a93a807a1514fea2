// What an ELF file says about itself, as far as loading a library into it depends on it.
//
// Typical use: read the facts of the library once, those of a program, and compare. Nothing here
// decides anything; program.h does.
#pragma once

#include <stdint.h>

#include <optional>
#include <string>

namespace uaio::tools {

struct ElfFacts {
    uint8_t file_class;       // ELFCLASS32 or ELFCLASS64
    uint8_t byte_order;       // ELFDATA2LSB or ELFDATA2MSB
    uint16_t machine;         // EM_X86_64 …
    std::string interpreter;  // the dynamic loader it asks for; empty: statically linked.
                              // Read only in files of this program's own class and byte order.
};

// The facts of the file open at `fd`, read with pread. Nothing where the file is not ELF, is cut
// short or contradicts itself: the kernel refuses to execute such a file and says why.
std::optional<ElfFacts> read_elf(int fd);

// Of the file at `path`; nothing also where it cannot be opened for reading.
std::optional<ElfFacts> read_elf(const std::string& path);

// "64-bit x86-64" and the like, for messages. A machine without a name here is given by number.
std::string machine_name(const ElfFacts& facts);

}  // namespace uaio::tools
