using Sampan.Linux;

namespace Sampan.Engine;

/// <summary>Names and ids of containers.</summary>
public static class ContainerNames
{
    /// <summary>NAME_MAX of Linux file systems: a name is also a file's.</summary>
    private const int LongestName = 255;

    /// <summary>Letters, digits, and after the first also <c>_ . -</c>; two characters at least, as Docker has it.</summary>
    public static bool IsValid(string name)
    {
        if (name.Length is < 2 or > LongestName || !char.IsAsciiLetterOrDigit(name[0]))
            return false;
        foreach (char c in name)
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('_' or '.' or '-'))
                return false;
        return true;
    }

    /// <exception cref="SampanException"/>
    public static void Check(string name)
    {
        if (!IsValid(name))
            throw new SampanException(ErrorKind.InvalidArgument, $"invalid container name ({name}), only [a-zA-Z0-9][a-zA-Z0-9_.-]+ are allowed");
    }

    /// <summary>A fresh id: 64 hexadecimal digits, the first twelve of which never look like a number.</summary>
    public static string NewId()
    {
        Span<byte> bytes = stackalloc byte[32];
        while (true)
        {
            Random.Fill(bytes);
            string id = Convert.ToHexStringLower(bytes);
            if (id.AsSpan(0, 12).ContainsAnyExceptInRange('0', '9'))
                return id;
        }
    }

    /// <summary>A name for a container that was given none.</summary>
    public static string Invent()
    {
        Span<byte> bytes = stackalloc byte[2];
        Random.Fill(bytes);
        return $"{Adjectives[bytes[0] % Adjectives.Length]}_{Nouns[bytes[1] % Nouns.Length]}";
    }

    private static ReadOnlySpan<string> Adjectives => new[]
    {
        "able", "amber", "ample", "azure", "bold", "brave", "bright", "brisk", "calm", "candid", "cheery", "civil", "clear", "clever", "coral", "cosy",
        "crisp", "dapper", "daring", "deft", "eager", "early", "earnest", "fair", "fleet", "fond", "frank", "fresh", "gentle", "glad", "golden", "grand",
        "hardy", "hearty", "honest", "humble", "jade", "jolly", "keen", "kind", "light", "lively", "loyal", "lucid", "lucky", "mellow", "merry", "mild",
        "neat", "nimble", "noble", "patient", "plucky", "polite", "proud", "quick", "quiet", "ready", "rosy", "serene", "sharp", "silver", "smart", "snug",
        "sober", "solid", "spry", "steady", "still", "stout", "sturdy", "sunny", "swift", "tidy", "trim", "true", "vivid", "warm", "wise", "witty",
    };

    /// <summary>Boats, harbours, and what is met at sea.</summary>
    private static ReadOnlySpan<string> Nouns => new[]
    {
        "albatross", "anchor", "barge", "bay", "beacon", "bollard", "bosun", "breeze", "brig", "buoy", "canoe", "catboat", "channel", "clipper", "compass", "coracle",
        "cormorant", "crane", "current", "cutter", "dhow", "dinghy", "dock", "dolphin", "dory", "egret", "estuary", "felucca", "ferry", "fjord", "gannet", "gull",
        "gunwale", "halyard", "harbour", "helm", "heron", "islet", "jetty", "junk", "kayak", "keel", "ketch", "kingfisher", "lagoon", "lantern", "lateen", "lugger",
        "mallard", "mast", "moorhen", "narwhal", "oar", "osprey", "otter", "outrigger", "pelican", "petrel", "pier", "pilot", "plover", "porpoise", "prow", "puffin",
        "punt", "quay", "raft", "reef", "rudder", "schooner", "seal", "skiff", "sloop", "tern", "tiller", "trimaran", "wharf", "wherry", "xebec", "yawl",
    };

    private static class Random
    {
        // getrandom(2) itself: the BCL's generator loads a cryptographic library, which costs more than the whole rest of a start.
        public static unsafe void Fill(Span<byte> bytes)
        {
            fixed (byte* b = bytes)
                LinuxException.Check(Sys.Retry(SyscallNumber.getrandom, (nint)b, bytes.Length), "getrandom");
        }
    }
}
