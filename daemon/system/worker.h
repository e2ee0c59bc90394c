// Work that a worker thread does for an object of the loop's thread, which may be closed meanwhile.
#pragma once

#include <memory>

#include <uv.h>

namespace mtls::daemon::system {

/// `Job` has `uv_work_t request`, an `owner` that is a pointer, `run()` for the worker, and
/// `finish()` for the loop's thread, called unless the owner has let it go. Returns the job, which
/// lives until then.
template <class Job>
Job* start_work(uv_loop_t& loop, std::unique_ptr<Job> job) {
  job->request.data = job.get();
  Job* const started = job.release();
  uv_queue_work(
      &loop, &started->request, [](uv_work_t* request) { static_cast<Job*>(request->data)->run(); },
      [](uv_work_t* request, int status) {
        const std::unique_ptr<Job> done(static_cast<Job*>(request->data));
        if (done->owner != nullptr && status == 0) done->finish();
      });
  return started;
}

/// Its owner closes. nullptr: there is none.
template <class Job>
void let_go(Job* job) {
  if (job == nullptr) return;
  job->owner = nullptr;
  uv_cancel(reinterpret_cast<uv_req_t*>(&job->request));
}

}  // namespace mtls::daemon::system
