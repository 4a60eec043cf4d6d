// One pass over a trail's files, in the order in which a verification wants them.
package import Audit

extension TrailOnDisk {
    /// Verifies everything that is in the folder.
    ///
    /// `kept` are checkpoints from elsewhere that the trail must hold. With `mayBeArchived` the
    /// first segments may be away, if their hashes are here.
    package func verified(
        by hasher: TreeHasher,
        holding kept: [(String, in: String)] = [],
        mayBeArchived: Bool
    ) throws(TrailError) -> Verification {
        let tiles = tiles
        var verification = Verification(hasher: hasher, chain: chain) { tiles.contents($0.path) }
        if let fault { verification.report(fault) }
        for note in kept { verification.expect([note.0], in: note.in) }
        verification.expectHandovers(in: KeyFiles.handoversName)
        let latest = try latest()
        if let latest { verification.expect([latest], in: SealResuming.latestName) }
        let segments = try SegmentName.all(in: folder)
        for segment in segments {
            let isLast = segment == segments.last
            verification.begin(segment, mayBeArchived: mayBeArchived)
            try expectCheckpoints(of: segment, isNeeded: !isLast || latest != nil, &verification)
            var reader = try SegmentReader("\(folder)/\(segment.text)")
            let rest = try reader.forEachLine { (line) throws(TrailError) in
                verification.take(line)
            }
            verification.end(rest: rest, isLast: isLast)
        }
        verification.finish()
        if let latest {
            try compare(latest, with: segments.last, &verification)
        } else {
            verification.report(withoutLatest(verification))
        }
        return verification
    }

    private func expectCheckpoints(
        of segment: SegmentName,
        isNeeded: Bool,
        _ verification: inout Verification
    ) throws(TrailError) {
        let name = segment.checkpoints
        guard let (notes, rest) = try notes(in: name) else {
            if isNeeded {
                verification.report(TrailFinding(.broken, in: name, "the file is missing"))
            }
            return
        }
        verification.expect(notes, in: name)
        // A recorder that is killed or without power may leave one; the next start removes it.
        if rest > 0 {
            verification.report(
                TrailFinding(.notice, in: name, "ends with an unfinished checkpoint")
            )
        }
    }

    /// The last checkpoint stands behind the others, too; a recorder that was killed may have left
    /// the last but one.
    private func compare(
        _ latest: String,
        with segment: SegmentName?,
        _ verification: inout Verification
    ) throws(TrailError) {
        guard
            let size = SignedNote(latest).flatMap({ Checkpoint(text: $0.text) })?.size,
            let notes = try segment.flatMap({ (segment) throws(TrailError) in
                try self.notes(in: segment.checkpoints)?.notes
            }),
            let lastButOne = notes.dropLast().last.flatMap(SignedNote.init)
                .flatMap({ Checkpoint(text: $0.text) })?.size,
            size < lastButOne
        else { return }
        let text = "an older one, at record \(size), stands in place of the last"
        verification.report(TrailFinding(.broken, in: SealResuming.latestName, text))
    }

    private func withoutLatest(_ verification: Verification) -> TrailFinding {
        let isSigned = verification.summary.checkpoints > 0
        return TrailFinding(
            isSigned ? .broken : .notice,
            in: SealResuming.latestName,
            isSigned ? "the last checkpoint is missing" : "nothing is signed yet"
        )
    }
}
