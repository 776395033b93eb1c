using System.Runtime.InteropServices;
using System.Text;

namespace Sampan.Launch;

/// <summary>
/// The bytes that operations point to: paths, structures, filters, argv. Offsets until the plan is sealed, addresses after:
/// <see cref="Relocations"/> says where pointers lie within the data itself.
/// </summary>
public sealed class PlanData
{
    private byte[] _bytes = new byte[8192];
    private readonly Dictionary<string, int> _texts = new(StringComparer.Ordinal);

    public int Length { get; private set; }

    public ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, Length);

    /// <summary>A pointer-sized field at <c>At</c> that must hold the address of <c>Target</c>, or, for a slot, the fd it holds.</summary>
    public List<(int At, ArgumentKind Kind, int Target)> Relocations { get; } = [];

    /// <summary>A NUL-terminated UTF-8 string; equal strings are stored once.</summary>
    public Argument Text(string text)
    {
        if (_texts.TryGetValue(text, out int offset))
            return Argument.Data(offset);
        if (text.Contains('\0'))
            throw new SampanException(ErrorKind.InvalidArgument, $"\"{text.Replace("\0", "\\0")}\": may not contain a NUL");
        offset = Reserve(Encoding.UTF8.GetByteCount(text) + 1, alignment: 1);
        Encoding.UTF8.GetBytes(text, _bytes.AsSpan(offset));
        _texts.Add(text, offset);
        return Argument.Data(offset);
    }

    public Argument Struct<T>(in T value) where T : unmanaged => Blob(MemoryMarshal.AsBytes(new ReadOnlySpan<T>(in value)));

    public Argument Blob(ReadOnlySpan<byte> bytes)
    {
        int offset = Reserve(bytes.Length, alignment: 8);
        bytes.CopyTo(_bytes.AsSpan(offset));
        return Argument.Data(offset);
    }

    /// <summary>Adds a structure one of whose fields is a pointer into the data, or a slot's fd.</summary>
    public Argument Struct<T>(in T value, int fieldOffset, Argument field) where T : unmanaged
    {
        var at = Struct(value);
        Relocations.Add(((int)at.Value + fieldOffset, field.Kind, (int)field.Value));
        return at;
    }

    /// <summary>A NULL-terminated array of pointers to strings, as execve(2) takes them.</summary>
    public Argument Pointers(IReadOnlyList<string> texts)
    {
        int offset = Reserve((texts.Count + 1) * 8, alignment: 8);
        for (int i = 0; i < texts.Count; i++)
            Relocations.Add((offset + i * 8, ArgumentKind.Data, (int)Text(texts[i]).Value));
        return Argument.Data(offset);
    }

    /// <summary>The string at an offset, for printing.</summary>
    public string TextAt(long offset)
    {
        var rest = Bytes[(int)offset..];
        return Encoding.UTF8.GetString(rest[..rest.IndexOf((byte)0)]);
    }

    private int Reserve(int size, int alignment)
    {
        int offset = (Length + alignment - 1) & -alignment;
        if (offset + size > _bytes.Length)
            Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, offset + size));
        Length = offset + size;
        return offset;
    }
}
