#include "collectors/family_groups.h"

namespace mtls::collectors {
namespace {

using audit::BundleAudit;

double number(std::size_t value) { return static_cast<double>(value); }

constexpr std::size_t kSeriesPerCertificate = 4;

// The certificates of one file in the trust store of one server block; `first`: an index into it.
void write_trusted_file(const Server& server, const audit::StoreFile& file, std::size_t first,
                        SampleWriter& out) {
  const LabelText labels = server.labels.with("path", file.path);
  for (std::size_t i = 0; i < file.certificates; ++i) {
    const pki::paths::Member& member = server.audit.store.members[first + i];
    const std::string fingerprint = member.certificate.facts().fingerprint.label();
    out.add(kServerCaInfo, labels.with("fingerprint", fingerprint), 1);
  }
}

void write_bundle(const BundleAudit& bundle, const audit::Limits& limits, SampleWriter& out) {
  const LabelText id{{"path", bundle.file->path}};
  out.add(kBundleVerifySuccess, id, bundle.verified ? 1 : 0);
  for (std::size_t i = 0; i < audit::kProblems; ++i) {
    out.add(kBundleProblems, id.with("problem", word(static_cast<audit::Problem>(i))),
            number(bundle.problems.at(i)));
  }
  if (!bundle.file->material) return;
  for (const std::string& directive : bundle.directives) {
    LabelText labels = id.with("directive", directive);
    labels.add("fingerprint", bundle.file->material->content.label());
    out.add(kBundleInfo, labels, 1);
  }
  if (const auto until = audit::earliest_expiry(*bundle.file->material))
    out.add(kBundleEarliestExpiry, id, base::unix_seconds(*until));
  const auto state = [&](const char* name, std::size_t count) {
    out.add(kBundleCertificates, id.with("state", name), number(count));
  };
  state("valid", bundle.valid);
  state("expired", bundle.expired);
  state("not_yet_valid", bundle.not_yet_valid);
  state("duplicate", bundle.duplicate);
  const std::size_t members = bundle.members.size();
  state("omitted", too_many_certificates(members, limits) ? members : 0);
}

void write_certificates(const BundleAudit& bundle, const audit::Limits& limits, SampleWriter& out) {
  if (too_many_certificates(bundle.members.size(), limits)) return;
  const LabelText path{{"path", bundle.file->path}};
  for (const pki::paths::Member& member : bundle.members) {
    const pki::CertificateFacts& facts = member.certificate.facts();
    const LabelText id = path.with("fingerprint", facts.fingerprint.label());
    if (facts.validity.not_before)
      out.add(kCaNotBefore, id, base::unix_seconds(*facts.validity.not_before));
    if (facts.validity.not_after)
      out.add(kCaNotAfter, id, base::unix_seconds(*facts.validity.not_after));
    out.add(kCaSuperseded, id, member.superseded ? 1 : 0);
    LabelText info = id;
    info.add("subject_cn", facts.subject.common_name);
    info.add("issuer_cn", facts.issuer.common_name);
    info.add("role", word(member.role));
    out.add(kCaInfo, info, 1);
  }
}

}  // namespace

// Of one file.
bool too_many_certificates(std::size_t certificates, const audit::Limits& limits) {
  return certificates > limits.max_certificates_per_file ||
         kSeriesPerCertificate * certificates > limits.max_series_per_file;
}

void write_trusted(const Server& server, const audit::Limits& limits, SampleWriter& out) {
  std::size_t first = 0;
  for (const audit::StoreFile& file : server.audit.store_files) {
    if (!too_many_certificates(file.certificates, limits))
      write_trusted_file(server, file, first, out);
    first += file.certificates;
  }
}

BundleFamilies::BundleFamilies(bool is_compact)
    : bundles_({&kBundleInfo, &kBundleEarliestExpiry, &kBundleCertificates, &kBundleVerifySuccess,
                &kBundleProblems},
               is_compact),
      certificates_({&kCaNotBefore, &kCaNotAfter, &kCaSuperseded, &kCaInfo}, is_compact) {}

void BundleFamilies::update(const Delta& delta) {
  const auto& [same_paths, positions, bundles] = delta.bundles;
  if (!same_paths) {
    std::vector<std::string> identities;
    for (const BundleAudit* bundle : bundles)
      identities.push_back(LabelText{{"path", bundle->file->path}}.text());
    bundles_.arrange(identities);
    certificates_.arrange(identities);
    objects_.resize(bundles.size());
  }
  for (std::size_t i = 0; i < positions.size(); ++i) objects_[positions[i]] = bundles[i];
  omitted_ = 0;
  for (const BundleAudit* bundle : objects_) {
    if (too_many_certificates(bundle->members.size(), delta.limits))
      omitted_ += kSeriesPerCertificate * bundle->members.size();
  }
  bundles_.write(delta.bundles.positions, [&](std::size_t object, SampleWriter& out) {
    write_bundle(*objects_[object], delta.limits, out);
  });
  certificates_.write(delta.bundles.positions, [&](std::size_t object, SampleWriter& out) {
    write_certificates(*objects_[object], delta.limits, out);
  });
}

}  // namespace mtls::collectors
