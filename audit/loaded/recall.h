// What an earlier process of this program knew of the same nginx (audit/remembered.h), as far as
// the processes show that it still holds. Pure in what `remembered` answers.
#pragma once

#include "audit/inputs.h"
#include "audit/loaded.h"
#include "audit/remembered.h"
#include "audit/snapshot.h"
#include "running/process_view.h"

namespace mtls::audit::loaded {

enum class Recall {
  kNothing,   // another nginx, or it has certainly loaded its files anew
  kDoubtful,  // all workers are others: a reload, or crashes
  kSame,      // a worker of that generation serves: nothing was loaded since
};

/// `remembered`: nullptr: there was no such process.
Recall recall(const Remembered* remembered, const running::Master& master);

/// The versions that were known, with the content of those that the disk has no more.
LoadedFiles recalled_files(const Remembered& remembered, const Snapshot& snapshot);

}  // namespace mtls::audit::loaded
