#include "store/job.h"

#include <boost/asio/execution/context.hpp>
#include <boost/asio/execution_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/query.hpp>

namespace settled::store {

namespace {

const void* context_of(const Job& job) {
    return &boost::asio::query(job.executor(), boost::asio::execution::context);
}

struct Delivery {
    std::vector<std::unique_ptr<Job>> jobs;
    void operator()() {
        for (auto& job : jobs)
            job->deliver();
    }
};

} // namespace

void deliver_all(std::vector<std::unique_ptr<Job>> jobs) {
    while (!jobs.empty()) {
        const Executor executor = jobs.front()->executor();
        const void* context = context_of(*jobs.front());
        Delivery delivery;
        std::vector<std::unique_ptr<Job>> others;
        for (auto& job : jobs)
            (context_of(*job) == context ? delivery.jobs : others).push_back(std::move(job));
        jobs = std::move(others);
        boost::asio::post(executor, std::move(delivery));
    }
}

} // namespace settled::store
