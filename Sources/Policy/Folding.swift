// Names without their case: what a rule takes away, it takes from every spelling.

extension [UInt8] {
    /// The UTF-8 text in a form that all its spellings in upper and lower case share.
    ///
    /// Upper case first, so that `ß` meets `SS` and the two small sigmas meet each other.
    package var caseFolded: [UInt8] {
        guard contains(where: { $0 >= 0x80 }) else { return map(\.asciiLowercased) }
        return Array(String(decoding: self, as: UTF8.self).uppercased().lowercased().utf8)
    }
}

extension UInt8 {
    /// The lower-case form of an ASCII letter, any other byte as it is.
    fileprivate var asciiLowercased: UInt8 { self &- 0x41 < 26 ? self | 0x20 : self }
}
