#include "threadpool/base/message.h"

#include <errno.h>
#include <unistd.h>

namespace uaio {

namespace {

// A control character could start a line of its own, or command a terminal.
char printable(char c) {
    return static_cast<unsigned char>(c) < ' ' || c == 0x7f ? '?' : c;
}

}  // namespace

Message& Message::text(const char* text) {
    // One byte stays free for the newline.
    while (*text != '\0' && used_ < kBytesMax - 1) {
        bytes_[used_++] = printable(*text++);
    }
    return *this;
}

Message& Message::number(long number) {
    char digits[24];
    size_t position = sizeof digits;
    digits[--position] = '\0';
    // Digits are made from the negative value, which has room for every long.
    long rest = number < 0 ? number : -number;
    do {
        digits[--position] = static_cast<char>('0' - rest % 10);
        rest /= 10;
    } while (rest != 0);
    if (number < 0) {
        digits[--position] = '-';
    }
    return text(digits + position);
}

void Message::send() {
    int saved = errno;
    bytes_[used_++] = '\n';
    // A line that cannot be written has nowhere else to go.
    [[maybe_unused]] ssize_t written = write(STDERR_FILENO, bytes_, used_);
    used_ = 0;
    errno = saved;
}

}  // namespace uaio
