#include "tools/bench/histogram.h"

#include <algorithm>
#include <cmath>

namespace uaio::bench {

Histogram::Histogram() : counters_(index_of(UINT64_MAX) + 1) {}

void Histogram::merge(const Histogram& other) {
    for (size_t i = 0; i < counters_.size(); ++i) counters_[i] += other.counters_[i];
    count_ += other.count_;
}

double Histogram::quantile(double part) const {
    if (count_ == 0) return 0;
    auto wanted = static_cast<uint64_t>(std::ceil(part * static_cast<double>(count_)));
    wanted = std::max<uint64_t>(wanted, 1);
    uint64_t seen = 0;
    for (size_t i = 0; i < counters_.size(); ++i) {
        seen += counters_[i];
        if (seen >= wanted) return middle_of(i);
    }
    return middle_of(counters_.size() - 1);
}

double Histogram::middle_of(size_t index) {
    if (index < 2 * kPartsPerOctave) return static_cast<double>(index);
    uint64_t shift = (index >> kPartBits) - 1;
    uint64_t part = index - (shift << kPartBits);
    return std::ldexp(static_cast<double>(part) + 0.5, static_cast<int>(shift));
}

}  // namespace uaio::bench
