// Reading ELF headers, good and bad. Method: files made byte by byte, damaged in one place each,
// and cut short at every length; the program under test is its own example of a real one.
#define BOOST_TEST_MODULE elf
#include "tools/uaio/elf.h"

#include <elf.h>
#include <limits.h>
#include <link.h>
#include <string.h>

#include <boost/test/unit_test.hpp>

#include <bit>

#include "tests/support/scratch_file.h"

namespace uaio::tools {
namespace {

constexpr const char* kInterpreter = "/lib/ld.so";
constexpr bool kLittle = std::endian::native == std::endian::little;

// A program with one header that is no interpreter, one that is, and the interpreter's name.
struct Image {
    ElfW(Ehdr) file = {};
    ElfW(Phdr) headers[2] = {};
    char interpreter[16] = {};

    Image() {
        memcpy(file.e_ident, ELFMAG, SELFMAG);
        file.e_ident[EI_CLASS] = sizeof(void*) == 8 ? ELFCLASS64 : ELFCLASS32;
        file.e_ident[EI_DATA] = kLittle ? ELFDATA2LSB : ELFDATA2MSB;
        file.e_machine = EM_X86_64;
        file.e_phoff = offsetof(Image, headers);
        file.e_phentsize = sizeof(ElfW(Phdr));
        file.e_phnum = 2;
        headers[0].p_type = PT_LOAD;
        headers[1].p_type = PT_INTERP;
        headers[1].p_offset = offsetof(Image, interpreter);
        headers[1].p_filesz = strlen(kInterpreter) + 1;
        strcpy(interpreter, kInterpreter);
    }

    // Up to the end of the interpreter's name: the last byte that a reader needs.
    std::string bytes() const {
        size_t size = offsetof(Image, interpreter) + strlen(kInterpreter) + 1;
        return std::string(reinterpret_cast<const char*>(this), size);
    }
};

std::optional<ElfFacts> read(const std::string& bytes) {
    test::ScratchFile file(bytes);
    return read_elf(file.fd());
}

BOOST_AUTO_TEST_CASE(a_real_program_names_its_loader) {
    std::optional<ElfFacts> facts = read_elf("/proc/self/exe");
    BOOST_TEST_REQUIRE(facts.has_value());
    BOOST_TEST(facts->interpreter.find("ld") != std::string::npos);
    BOOST_TEST(int{facts->file_class} == int{Image().file.e_ident[EI_CLASS]});
}

BOOST_AUTO_TEST_CASE(the_interpreter_is_found) {
    std::optional<ElfFacts> facts = read(Image().bytes());
    BOOST_TEST_REQUIRE(facts.has_value());
    BOOST_TEST(facts->interpreter == kInterpreter);
    BOOST_TEST(facts->machine == EM_X86_64);
}

BOOST_AUTO_TEST_CASE(without_an_interpreter_it_is_static) {
    Image image;
    image.headers[1].p_type = PT_NOTE;
    std::optional<ElfFacts> facts = read(image.bytes());
    BOOST_TEST_REQUIRE(facts.has_value());
    BOOST_TEST(facts->interpreter.empty());
}

BOOST_AUTO_TEST_CASE(a_program_for_another_machine_is_told_by_class_order_and_number) {
    Image image;
    image.file.e_ident[EI_CLASS] = sizeof(void*) == 8 ? ELFCLASS32 : ELFCLASS64;
    image.file.e_machine = EM_386;
    std::optional<ElfFacts> other_class = read(image.bytes());
    BOOST_TEST_REQUIRE(other_class.has_value());
    BOOST_TEST(other_class->machine == EM_386);

    Image swapped;
    swapped.file.e_ident[EI_DATA] = kLittle ? ELFDATA2MSB : ELFDATA2LSB;
    swapped.file.e_machine = __builtin_bswap16(EM_S390);
    std::optional<ElfFacts> other_order = read(swapped.bytes());
    BOOST_TEST_REQUIRE(other_order.has_value());
    BOOST_TEST(other_order->machine == EM_S390);
}

BOOST_AUTO_TEST_CASE(a_file_cut_short_anywhere_is_refused) {
    std::string whole = Image().bytes();
    for (size_t length = 0; length < whole.size(); ++length) {
        BOOST_TEST_CONTEXT("length " << length) {
            BOOST_TEST(!read(whole.substr(0, length)).has_value());
        }
    }
}

BOOST_AUTO_TEST_CASE(a_file_that_contradicts_itself_is_refused) {
    using Damage = void (*)(Image&);
    const Damage damages[] = {
        [](Image& image) { image.file.e_ident[0] = 'E'; },
        [](Image& image) { image.file.e_ident[EI_CLASS] = ELFCLASSNONE; },
        [](Image& image) { image.file.e_ident[EI_DATA] = ELFDATANONE; },
        [](Image& image) { image.file.e_phentsize = 1; },
        [](Image& image) { image.file.e_phnum = 0xffff; },
        [](Image& image) { image.file.e_phoff = ~ElfW(Off){0}; },
        [](Image& image) { image.headers[1].p_offset = 1 << 20; },
        [](Image& image) { image.headers[1].p_filesz = 0; },
        [](Image& image) { image.headers[1].p_filesz = PATH_MAX + 1; },
        [](Image& image) { image.headers[1].p_filesz -= 1; },  // the name's zero is left out
    };
    for (const Damage& damage : damages) {
        Image image;
        damage(image);
        BOOST_TEST_CONTEXT("damage " << &damage - damages) {
            BOOST_TEST(!read(image.bytes()).has_value());
        }
    }
}

BOOST_AUTO_TEST_CASE(what_cannot_be_opened_has_no_facts) {
    BOOST_TEST(!read_elf("/nonexistent").has_value());
    BOOST_TEST(!read_elf("/").has_value());
}

BOOST_AUTO_TEST_CASE(machines_have_names) {
    BOOST_TEST(machine_name({ELFCLASS64, ELFDATA2LSB, EM_X86_64, ""}) == "64-bit x86-64");
    BOOST_TEST(machine_name({ELFCLASS32, ELFDATA2LSB, EM_386, ""}) == "32-bit x86");
    BOOST_TEST(machine_name({ELFCLASS32, ELFDATA2LSB, 0x1234, ""}) == "32-bit machine 4660");
}

}  // namespace
}  // namespace uaio::tools
