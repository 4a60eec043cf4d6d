// What a witness demands before it cosigns: that the trail only ever grew (c2sp.org/tlog-witness).

/// Compares a trail's last checkpoint with the one that was cosigned before.
package struct Witnessing {
    package enum Refusal: Equatable, Sendable {
        /// The state is of another trail.
        case otherTrail(String)
        /// The trail shows fewer records than were cosigned.
        case setBack(cosigned: UInt64, shown: UInt64)
        /// Records that were cosigned are not those that the trail has now.
        case rewritten(cosigned: UInt64, shown: UInt64)
        /// The hashes that would prove the growth are not there (yet).
        case hashesMissing
    }

    private let hasher: TreeHasher
    private let tiles: TileReader

    package init(hasher: TreeHasher, tiles: @escaping TileReader) {
        self.hasher = hasher
        self.tiles = tiles
    }

    /// Why `new` may not be cosigned after `old`; nil: it may be.
    package func refusal(of new: Checkpoint, after old: Checkpoint?) -> Refusal? {
        guard let old else { return nil }
        guard old.origin == new.origin else { return .otherTrail(old.origin) }
        guard old.size <= new.size else { return .setBack(cosigned: old.size, shown: new.size) }
        let making = ProofMaking(hasher: hasher, size: new.size, tiles: tiles)
        guard let proof = making.consistency(from: old.size) else { return .hashesMissing }
        let isGrown = hasher.extends(old.size, old.root, to: new.size, new.root, proof: proof)
        return isGrown ? nil : .rewritten(cosigned: old.size, shown: new.size)
    }
}

extension Witnessing.Refusal: CustomStringConvertible {
    package var description: String {
        switch self {
        case .otherTrail(let origin): "this witness is for another trail, \(origin)"
        case .setBack(let cosigned, let shown):
            "\(cosigned) records were cosigned, and the trail shows \(shown)"
        case .rewritten(let cosigned, let shown):
            "the \(cosigned) records that were cosigned are not the first of the \(shown) there now"
        case .hashesMissing: "tiles that would prove the growth are not there"
        }
    }

    /// Whether it speaks against the trail, and not only against its copy.
    package var isEvidence: Bool {
        switch self {
        case .setBack, .rewritten: true
        case .otherTrail, .hashesMissing: false
        }
    }
}
