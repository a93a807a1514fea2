// Runs a fuzz target on files where libFuzzer is not to be had, so that no corpus goes stale
// unnoticed and every compiler and sanitizer gets to see it. The arguments are the files. Each runs
// in a process of its own, which finds everything unused, and then all of them run in one, which
// is how libFuzzer does it. The last name printed before a failure is that of the file that did it.
// No file at all is a failure too.
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <iterator>
#include <span>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);
extern "C" [[gnu::weak]] int LLVMFuzzerInitialize(int* count, char*** arguments);

namespace {

bool run(const char* path) {
    std::printf("%s\n", path);
    std::fflush(stdout);
    std::ifstream file(path, std::ios::binary);
    if (!file) return false;
    std::vector<char> bytes{std::istreambuf_iterator<char>(file), {}};
    // A copy of exactly its size, so that a sanitizer sees a step beyond it.
    std::vector<uint8_t> input(bytes.begin(), bytes.end());
    LLVMFuzzerTestOneInput(input.data(), input.size());
    return true;
}

// Whether a new process gets through these files. It ends by exit(), where leaks are looked for.
bool run_apart(std::span<char*> paths) {
    pid_t child = fork();
    if (child == 0) {
        bool all = true;
        for (const char* path : paths) all = run(path) && all;
        exit(all ? 0 : 1);
    }
    int status;
    bool ended = child > 0 && waitpid(child, &status, 0) == child;
    if (!ended || status != 0) std::printf("failed: wait status %#x\n", ended ? status : -1);
    return ended && status == 0;
}

}  // namespace

int main(int count, char** arguments) {
    if (LLVMFuzzerInitialize != nullptr) LLVMFuzzerInitialize(&count, &arguments);
    std::span<char*> paths(arguments + 1, arguments + count);
    for (size_t i = 0; i < paths.size(); ++i) {
        if (!run_apart(paths.subspan(i, 1))) return 1;
    }
    return !paths.empty() && run_apart(paths) ? 0 : 1;
}
