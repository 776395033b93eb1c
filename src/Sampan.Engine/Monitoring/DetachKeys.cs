namespace Sampan.Engine.Monitoring;

/// <summary>The keys that detach a client: <c>ctrl-p,ctrl-q</c>. Letters stand for themselves; <c>ctrl-</c> goes with a letter or one of <c>@ [ \ ] ^ _</c>.</summary>
public sealed class DetachKeys
{
    public static DetachKeys Default { get; } = Parse("ctrl-p,ctrl-q");

    private readonly byte[] _keys;

    private DetachKeys(byte[] keys) => _keys = keys;

    public ReadOnlySpan<byte> Keys => _keys;

    /// <summary>Reads Docker's grammar: keys separated by commas. An empty text stands for no keys.</summary>
    /// <exception cref="SampanException">Not such a list.</exception>
    public static DetachKeys Parse(string text)
    {
        if (text.Length == 0)
            return new DetachKeys([]);
        string[] names = text.Split(',');
        byte[] keys = new byte[names.Length];
        for (int i = 0; i < names.Length; i++)
            keys[i] = Key(names[i]) ?? throw new SampanException(ErrorKind.InvalidArgument, $"invalid detach keys \"{text}\": unknown key \"{names[i]}\"");
        return new DetachKeys(keys);
    }

    private static byte? Key(string name)
    {
        if (name.Length == 1 && name[0] < 128)
            return (byte)name[0];
        if (name == "DEL")
            return 127;
        if (name.Length != 6 || !name.StartsWith("ctrl-", StringComparison.OrdinalIgnoreCase))
            return null;
        char key = name[5];
        return key is >= 'a' and <= 'z' ? (byte)(key - 'a' + 1)
            : key is >= 'A' and <= 'Z' ? (byte)(key - 'A' + 1)
            : key == '@' ? (byte)0
            : key is >= '[' and <= '_' ? (byte)(key - '[' + 27)
            : null;
    }
}

/// <summary>Looks for detach keys in what is typed. What may be their beginning is held back until it is clear that it is not.</summary>
public struct DetachKeyFilter(DetachKeys keys)
{
    private readonly DetachKeys _keys = keys;
    private int _matched;

    /// <summary>The most that <see cref="Pass"/> can add to what it is given.</summary>
    public readonly int MostHeld => _keys.Keys.Length;

    /// <summary>Copies <paramref name="typed"/> to <paramref name="to"/>, without detach keys.</summary>
    /// <param name="to">At least as long as <paramref name="typed"/> and <see cref="MostHeld"/> together.</param>
    /// <param name="length">Bytes copied.</param>
    /// <returns>Whether the keys were all typed; what follows them is dropped.</returns>
    public bool Pass(ReadOnlySpan<byte> typed, Span<byte> to, out int length)
    {
        length = 0;
        var sequence = _keys.Keys;
        foreach (byte key in typed)
        {
            if (sequence.Length == 0)
            {
                to[length++] = key;
                continue;
            }
            // A key that breaks the sequence may go on with a shorter beginning of it: give out only what no match can need.
            while (_matched > 0 && sequence[_matched] != key)
            {
                int shorter = LongestOverlap(sequence[.._matched]);
                sequence[..(_matched - shorter)].CopyTo(to[length..]);
                length += _matched - shorter;
                _matched = shorter;
            }
            if (sequence[_matched] != key)
                to[length++] = key;
            else if (++_matched == sequence.Length)
                return true;
        }
        return false;
    }

    /// <summary>The longest proper prefix of <paramref name="text"/> that is its suffix too.</summary>
    private static int LongestOverlap(ReadOnlySpan<byte> text)
    {
        for (int n = text.Length - 1; n > 0; n--)
        {
            if (text[..n].SequenceEqual(text[^n..]))
                return n;
        }
        return 0;
    }
}
