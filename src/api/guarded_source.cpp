#include "api/guarded_source.h"

#include "api/bounds.h"

#include <utility>

namespace settled::api {

namespace {

class GuardedSource final : public net::BodySource {
  public:
    GuardedSource(std::shared_ptr<net::BodySource> source, const Clock& clock, IsLetIn is_let_in)
        : source_(std::move(source)), clock_(clock), is_let_in_(std::move(is_let_in)),
          look_at_(clock.steady() + bounds::reader_checked_every) {}

    Task<std::optional<std::string>> next(const bool& is_cut) override {
        std::optional<std::string> part = co_await source_->next(is_cut);
        if (!part || clock_.steady() < look_at_)
            co_return part;
        const bool is_let_in = co_await is_let_in_();
        if (!is_let_in)
            co_return std::nullopt;
        look_at_ = clock_.steady() + bounds::reader_checked_every;
        co_return part;
    }

  private:
    std::shared_ptr<net::BodySource> source_;
    const Clock& clock_;
    IsLetIn is_let_in_;
    Clock::Steady look_at_;
};

} // namespace

std::shared_ptr<net::BodySource> guarded_source(std::shared_ptr<net::BodySource> source,
                                                const Clock& clock, IsLetIn is_let_in) {
    return std::make_shared<GuardedSource>(std::move(source), clock, std::move(is_let_in));
}

} // namespace settled::api
