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
        seenBy sightings: [Sighting] = [],
        mayBeArchived: Bool
    ) throws(TrailError) -> Verification {
        let tiles = tiles
        var verification = Verification(
            hasher: hasher,
            chain: chain,
            mayBeArchived: mayBeArchived
        ) { tiles.contents($0.path) }
        if let fault { verification.report(fault) }
        for note in kept { verification.expect(kept: note.0, in: note.in) }
        for sighting in sightings { verification.expect(sighting) }
        verification.expectHandovers(in: KeyFiles.handoversName)
        let latest = try latest()
        if let latest { verification.expect([latest], in: SealResuming.latestName) }
        let signed = latest.flatMap(Self.size) ?? 0
        let segments = try SegmentName.all(in: folder)
        let expired = try ExpiredFile.lines(in: folder)
        verification.expectExpired(expired, in: ExpiredFile.name)
        var gone = ExpiredFile.gone(expired.compactMap { ExpiredSegment($0) }, segments)[...]
        for segment in segments {
            while let first = gone.first, first.name < segment {
                gone.removeFirst()
                verification.begin(first)
                let isNeeded = !verification.mayBeAway
                try expectCheckpoints(of: first.name, isNeeded: isNeeded, &verification)
                verification.pass(first)
            }
            let isLast = segment == segments.last
            verification.begin(segment)
            // A segment that was begun just now may have no checkpoint yet.
            let isSigned = !isLast || segment.first <= signed
            try expectCheckpoints(of: segment, isNeeded: isSigned, &verification)
            var reader = try SegmentReader("\(folder)/\(segment.text)")
            let rest = try reader.forEachLine { (line) throws(TrailError) in
                verification.take(line)
            }
            verification.end(rest: rest, isLast: isLast)
        }
        verification.finish()
        if latest != nil {
            try compareLatest(with: segments.last, &verification)
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
    ///
    /// Read anew, and after the others: a recorder at work may have signed again meanwhile.
    private func compareLatest(
        with segment: SegmentName?,
        _ verification: inout Verification
    ) throws(TrailError) {
        guard
            let segment, let notes = try notes(in: segment.checkpoints)?.notes,
            let lastButOne = notes.dropLast().last.flatMap(Self.size),
            let size = try latest().flatMap(Self.size), size < lastButOne
        else { return }
        let text = "an older one, at record \(size), stands in place of the last"
        verification.report(TrailFinding(.broken, in: SealResuming.latestName, text))
    }

    /// How many records a note vouches for; nil where it is no checkpoint.
    private static func size(_ note: String) -> UInt64? {
        SignedNote(note).flatMap { Checkpoint(text: $0.text) }?.size
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
