#include "tools/uaio/elf.h"

#include <elf.h>
#include <limits.h>
#include <link.h>
#include <string.h>
#include <unistd.h>

#include <array>
#include <bit>

#include "tools/uaio/files.h"

namespace uaio::tools {
namespace {

constexpr int kProgramHeadersMax = 1024;  // real programs have about a dozen

constexpr uint8_t kOwnClass = sizeof(void*) == 8 ? ELFCLASS64 : ELFCLASS32;
constexpr uint8_t kOwnByteOrder =
    std::endian::native == std::endian::little ? ELFDATA2LSB : ELFDATA2MSB;

// e_machine stands at the same place in files of both classes, in the file's own byte order.
uint16_t machine_of(const unsigned char* header, uint8_t byte_order) {
    const unsigned char* at = header + offsetof(ElfW(Ehdr), e_machine);
    int low = byte_order == ELFDATA2LSB ? 0 : 1;
    return static_cast<uint16_t>(at[low] | at[1 - low] << 8);
}

std::optional<std::string> read_interpreter(int fd, const ElfW(Phdr) & header) {
    std::array<char, PATH_MAX> path;
    if (header.p_filesz < 2 || header.p_filesz > path.size()) return std::nullopt;
    if (!read_exactly(fd, path.data(), header.p_filesz, header.p_offset)) return std::nullopt;
    if (path[header.p_filesz - 1] != '\0') return std::nullopt;
    return std::string(path.data());
}

// The PT_INTERP of a file of our own class; empty where it has none.
std::optional<std::string> find_interpreter(int fd) {
    ElfW(Ehdr) file;
    if (!read_exactly(fd, &file, sizeof file, 0)) return std::nullopt;
    if (file.e_phentsize != sizeof(ElfW(Phdr))) return std::nullopt;
    if (file.e_phnum > kProgramHeadersMax) return std::nullopt;
    for (int i = 0; i < file.e_phnum; ++i) {
        ElfW(Phdr) header;
        if (!read_exactly(fd, &header, sizeof header, file.e_phoff + i * sizeof header)) {
            return std::nullopt;
        }
        if (header.p_type == PT_INTERP) return read_interpreter(fd, header);
    }
    return std::string();
}

}  // namespace

std::optional<ElfFacts> read_elf(int fd) {
    unsigned char header[offsetof(ElfW(Ehdr), e_machine) + sizeof(uint16_t)];
    if (!read_exactly(fd, header, sizeof header, 0)) return std::nullopt;
    if (memcmp(header, ELFMAG, SELFMAG) != 0) return std::nullopt;
    ElfFacts facts{header[EI_CLASS], header[EI_DATA], 0, ""};
    if (facts.file_class != ELFCLASS32 && facts.file_class != ELFCLASS64) return std::nullopt;
    if (facts.byte_order != ELFDATA2LSB && facts.byte_order != ELFDATA2MSB) return std::nullopt;
    facts.machine = machine_of(header, facts.byte_order);
    if (facts.file_class != kOwnClass || facts.byte_order != kOwnByteOrder) return facts;
    std::optional<std::string> interpreter = find_interpreter(fd);
    if (!interpreter) return std::nullopt;
    facts.interpreter = *interpreter;
    return facts;
}

std::optional<ElfFacts> read_elf(const std::string& path) {
    OwnedFd fd = open_for_reading(path);
    if (!fd.valid()) return std::nullopt;
    return read_elf(fd.get());
}

std::string machine_name(const ElfFacts& facts) {
    struct Name {
        uint16_t machine;
        const char* text;
    };
    static constexpr Name kNames[] = {
        {EM_386, "x86"},     {EM_X86_64, "x86-64"}, {EM_ARM, "Arm"},       {EM_AARCH64, "Arm"},
        {EM_PPC, "PowerPC"}, {EM_PPC64, "PowerPC"}, {EM_RISCV, "RISC-V"},  {EM_S390, "S/390"},
        {EM_MIPS, "MIPS"},   {EM_SPARC, "SPARC"},   {EM_SPARCV9, "SPARC"},
    };
    std::string bits = facts.file_class == ELFCLASS64 ? "64-bit " : "32-bit ";
    for (const Name& name : kNames) {
        if (name.machine == facts.machine) return bits + name.text;
    }
    return bits + "machine " + std::to_string(facts.machine);
}

}  // namespace uaio::tools
