// Histogram: how long operations took, from which percentiles are read. Nanoseconds.
//
// Log-linear, as HdrHistogram (which this system does not package): values share a counter with
// those that differ in less than one part in kPartsPerOctave, so a percentile is right to 1.6 %
// whatever its size, and adding costs a few instructions. Boost.Histogram's logarithmic axis would
// compute a logarithm for each operation, which is a good part of what a cached read costs.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <bit>
#include <vector>

namespace uaio::bench {

class Histogram {
  public:
    Histogram();

    void add(uint64_t ns) {
        ++counters_[index_of(ns)];
        ++count_;
    }
    void merge(const Histogram& other);

    uint64_t count() const { return count_; }

    // The least value that at least this part of all values (0 to 1) does not exceed, as the
    // middle of its counter; 0 where there is none.
    double quantile(double part) const;

  private:
    static constexpr unsigned kPartBits = 6;
    static constexpr uint64_t kPartsPerOctave = 1 << kPartBits;

    // Values below two octaves' parts have counters of their own.
    static size_t index_of(uint64_t value) {
        unsigned width = static_cast<unsigned>(std::bit_width(value));
        unsigned shift = width > kPartBits + 1 ? width - kPartBits - 1 : 0;
        return (size_t{shift} << kPartBits) + (value >> shift);
    }
    static double middle_of(size_t index);

    std::vector<uint64_t> counters_;
    uint64_t count_ = 0;
};

}  // namespace uaio::bench
