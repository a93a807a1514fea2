#include "tools/uaio/trace_bytes.h"

#include <algorithm>

namespace uaio::tools {
namespace {

class Writer {
  public:
    explicit Writer(const Trace& trace) : trace_(trace) {}

    std::vector<uint8_t> write() && {
        for (size_t i = 0; i < trace_.requests.size(); ++i) write_request(i);
        return std::move(bytes_);
    }

  private:
    void write_request(size_t index) {
        const TraceRequest& request = trace_.requests[index];
        put(static_cast<uint64_t>(request.kind));
        put_signed(request.priority);
        put_signed(request.fd);
        put_signed(request.offset);
        put(request.list == kNoNumber ? 0 : uint64_t{request.list} + 1);
        put(request.steps.size());
        int64_t before_ns = submitted_ns_;
        for (size_t each : request.steps) {
            const TraceStep& step = trace_.steps[each];
            write_step(step, before_ns);
            bool alone = step.other_request == kNobody;
            put_signed(alone ? 0 : static_cast<int64_t>(index - step.other_request));
        }
        submitted_ns_ = request.submitted;
    }

    void write_step(const TraceStep& step, int64_t& before_ns) {
        put(static_cast<uint64_t>(step.step));
        put(static_cast<uint64_t>(step.time_ns - before_ns));
        put(step.thread);
        put(static_cast<uint64_t>(step.state));
        put_signed(step.value);
        before_ns = step.time_ns;
    }

    void put_signed(int64_t value) {
        put(value < 0 ? ~(static_cast<uint64_t>(value) << 1) : static_cast<uint64_t>(value) << 1);
    }

    void put(uint64_t value) {
        for (; value >= 0x80; value >>= 7) bytes_.push_back(static_cast<uint8_t>(value | 0x80));
        bytes_.push_back(static_cast<uint8_t>(value));
    }

    const Trace& trace_;
    std::vector<uint8_t> bytes_;
    int64_t submitted_ns_ = 0;  // of the request before
};

}  // namespace

std::vector<uint8_t> trace_bytes(const Trace& trace) {
    return Writer(trace).write();
}

std::string base64(const std::vector<uint8_t>& bytes) {
    static constexpr char kDigits[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string text;
    text.reserve((bytes.size() + 2) / 3 * 4);
    for (size_t i = 0; i < bytes.size(); i += 3) {
        size_t present = std::min<size_t>(bytes.size() - i, 3);
        uint32_t group = 0;
        for (size_t k = 0; k < 3; ++k) group = group << 8 | (k < present ? bytes[i + k] : 0u);
        for (size_t k = 0; k < 4; ++k) {
            text += k <= present ? kDigits[group >> (18 - 6 * k) & 63] : '=';
        }
    }
    return text;
}

}  // namespace uaio::tools
