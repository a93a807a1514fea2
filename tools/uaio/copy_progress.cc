#include "tools/uaio/copy_progress.h"

#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <iostream>
#include <utility>

namespace uaio::tools {
namespace {

constexpr auto kPeriod = std::chrono::milliseconds(100);
constexpr unsigned kUsualColumns = 80;  // where nobody says how wide the terminal is
constexpr size_t kBarMax = 50;
constexpr size_t kBarMin = 5;  // a smaller one tells nothing
constexpr double kUnitStep = 1024;

unsigned terminal_columns() {
    winsize size;
    if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return kUsualColumns;
    return size.ws_col;
}

std::string bar(size_t width, double part) {
    auto full = static_cast<size_t>(static_cast<double>(width) * part);
    std::string text = std::string(full, '=') + (full < width ? ">" : "");
    text.resize(width, ' ');
    return " [" + text + ']';
}

// Bytes of a UTF-8 sequence after its first one take no column.
bool is_continued(char byte) {
    return (static_cast<unsigned char>(byte) & 0xc0) == 0x80;
}

size_t columns_of(const std::string& text) {
    return text.size() - static_cast<size_t>(std::count_if(text.begin(), text.end(), is_continued));
}

// A name may hold what a terminal takes for a command.
std::string harmless(std::string name) {
    for (char& letter : name) {
        auto value = static_cast<unsigned char>(letter);
        if (value < ' ' || value == 0x7f) letter = '?';
    }
    return name;
}

void shorten(std::string& text, size_t columns) {
    while (!text.empty() && columns_of(text) > columns) {
        while (is_continued(text.back()) && text.size() > 1) text.pop_back();
        text.pop_back();
    }
}

}  // namespace

std::string format_size(double bytes) {
    static constexpr const char* kUnits[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    size_t unit = 0;
    while (bytes >= kUnitStep && unit + 1 < std::size(kUnits)) {
        bytes /= kUnitStep;
        ++unit;
    }
    char text[32];
    snprintf(text, sizeof text, "%.*f %s", unit == 0 ? 0 : 1, bytes, kUnits[unit]);
    return text;
}

std::string progress_line(const std::string& name, off_t done, off_t size, double seconds,
                          unsigned columns) {
    double part = size > 0 ? static_cast<double>(done) / static_cast<double>(size) : 1;
    double rate = seconds > 0 ? static_cast<double>(done) / seconds : 0;
    char percent[8];
    snprintf(percent, sizeof percent, " %3d%%", static_cast<int>(part * 100));
    char numbers[80];
    snprintf(numbers, sizeof numbers, " %10s %10s/s",
             format_size(static_cast<double>(done)).c_str(), format_size(rate).c_str());
    std::string title = harmless(name);
    std::string rest = std::string(percent) + numbers;
    shorten(title, columns > rest.size() ? columns - rest.size() : 0);
    size_t used = columns_of(title) + rest.size() + 3;  // and the brackets and blank of the bar
    size_t width = columns > used ? std::min(columns - used, kBarMax) : 0;
    std::string line = title + percent + (width >= kBarMin ? bar(width, part) : "") + numbers;
    shorten(line, columns);
    return line;
}

CopyProgress::CopyProgress(std::string name, bool shown)
    : name_(std::move(name)), shown_(shown), begun_(Clock::now()) {}

CopyProgress::~CopyProgress() {
    if (drawn_) std::cerr << "\r\033[K" << std::flush;
}

void CopyProgress::begin(off_t size) {
    size_ = size;
    begun_ = Clock::now();
}

void CopyProgress::update(off_t done) {
    if (!shown_) return;
    Clock::time_point now = Clock::now();
    if (!drawn_ ? now - begun_ >= kPeriod : now - drawn_at_ >= kPeriod) draw(done, now);
}

void CopyProgress::end() {
    if (!shown_) return;
    draw(size_, Clock::now());
    std::cerr << '\n' << std::flush;
    drawn_ = false;
}

void CopyProgress::draw(off_t done, Clock::time_point now) {
    double seconds = std::chrono::duration<double>(now - begun_).count();
    // The last column stays free: some terminals go on to the next line there.
    unsigned columns = terminal_columns() - 1;
    std::cerr << '\r' << progress_line(name_, done, size_, seconds, columns) << "\033[K"
              << std::flush;
    drawn_ = true;
    drawn_at_ = now;
}

}  // namespace uaio::tools
