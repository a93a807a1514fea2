#include "tools/bench/spread.h"

#include <algorithm>

namespace uaio::bench {

double Spread::relative() const {
    return median != 0 ? (high - low) / 2 / median : 0;
}

Spread spread_of(std::vector<double> samples) {
    std::sort(samples.begin(), samples.end());
    size_t half = samples.size() / 2;
    double median = samples[half];
    if (samples.size() % 2 == 0) median = (samples[half - 1] + samples[half]) / 2;
    return {median, samples.front(), samples.back()};
}

}  // namespace uaio::bench
