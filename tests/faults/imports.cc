#include "tests/faults/imports.h"

#include <errno.h>
#include <link.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tests/support/require.h"

namespace uaio::test {
namespace {

struct Library {
    std::string name;
    ElfW(Addr) base = 0;
    const ElfW(Dyn) * dynamic = nullptr;
};

int look(dl_phdr_info* info, size_t, void* wanted) {
    auto& library = *static_cast<Library*>(wanted);
    std::string path = info->dlpi_name;
    if (path.substr(path.rfind('/') + 1) != library.name) return 0;
    library.base = info->dlpi_addr;
    for (int i = 0; i < info->dlpi_phnum; ++i) {
        const auto& header = info->dlpi_phdr[i];
        if (header.p_type != PT_DYNAMIC) continue;
        library.dynamic = reinterpret_cast<const ElfW(Dyn)*>(info->dlpi_addr + header.p_vaddr);
    }
    return 1;
}

// The value of an entry of the dynamic section; 0 if there is none.
ElfW(Addr) value_of(const Library& library, ElfW(Sxword) tag) {
    for (const ElfW(Dyn)* entry = library.dynamic; entry->d_tag != DT_NULL; ++entry) {
        if (entry->d_tag == tag) return entry->d_un.d_ptr;
    }
    return 0;
}

// The same for an address, which the loader has made absolute on most systems.
template <class T>
const T* at(const Library& library, ElfW(Sxword) tag) {
    ElfW(Addr) address = value_of(library, tag);
    return reinterpret_cast<const T*>(address < library.base ? address + library.base : address);
}

}  // namespace

std::map<std::string, std::vector<void**>> imports_of(const std::string& name) {
    Library library = {name};
    errno = ENOENT;
    require(dl_iterate_phdr(look, &library) == 1 && library.dynamic != nullptr, name.c_str());
    const auto* symbols = at<ElfW(Sym)>(library, DT_SYMTAB);
    const char* names = at<char>(library, DT_STRTAB);
    std::map<std::string, std::vector<void**>> imports;
    for (auto [table, bytes] : {std::pair{DT_RELA, DT_RELASZ}, std::pair{DT_JMPREL, DT_PLTRELSZ}}) {
        const auto* relocations = at<ElfW(Rela)>(library, table);
        for (size_t i = 0; i < value_of(library, bytes) / sizeof(ElfW(Rela)); ++i) {
            const ElfW(Sym)& symbol = symbols[ELF64_R_SYM(relocations[i].r_info)];
            if (symbol.st_name == 0 || symbol.st_shndx != SHN_UNDEF) continue;
            imports[names + symbol.st_name].push_back(
                reinterpret_cast<void**>(library.base + relocations[i].r_offset));
        }
    }
    return imports;
}

void redirect(void** slot, void* address) {
    auto page = static_cast<uintptr_t>(getpagesize());
    auto* start = reinterpret_cast<void*>(reinterpret_cast<uintptr_t>(slot) & ~(page - 1));
    require(mprotect(start, page, PROT_READ | PROT_WRITE) == 0, "make a slot writable");
    *slot = address;
    require(mprotect(start, page, PROT_READ) == 0, "make a slot read-only");
}

}  // namespace uaio::test
