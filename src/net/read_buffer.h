// Bytes that came and are not used yet: one flat piece of memory, filled at the end, used from the
// front.
#pragma once

#include <cstddef>
#include <cstring>
#include <span>
#include <string_view>
#include <vector>

namespace settled::net {

class ReadBuffer {
  public:
    std::string_view view() const { return {memory_.data() + begin_, end_ - begin_}; }
    bool empty() const { return begin_ == end_; }

    // Room for more, at least one byte, behind the bytes that are there. `wanted` is how many are
    // expected; the memory grows to at least hold the unused bytes and `wanted`, up to `bytes_max`.
    std::span<char> room(std::size_t wanted, std::size_t bytes_max) {
        if (begin_ == end_) {
            begin_ = end_ = 0;
        }
        const std::size_t held = end_ - begin_;
        if (memory_.size() - end_ < wanted && begin_ > 0) {
            std::memmove(memory_.data(), memory_.data() + begin_, held);
            begin_ = 0;
            end_ = held;
        }
        if (memory_.size() - end_ < wanted && memory_.size() < bytes_max) {
            memory_.resize(held + wanted < bytes_max ? held + wanted : bytes_max);
        }
        return std::span(memory_).subspan(end_);
    }
    void filled(std::size_t size) { end_ += size; }
    void use(std::size_t size) { begin_ += size; }
    // Gives back memory that a large message needed.
    void shrink(std::size_t bytes) {
        if (empty() && memory_.size() > bytes) {
            begin_ = end_ = 0;
            memory_.resize(bytes);
            memory_.shrink_to_fit();
        }
    }

  private:
    std::vector<char> memory_;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
};

} // namespace settled::net
