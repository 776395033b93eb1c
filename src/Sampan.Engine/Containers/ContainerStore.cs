using System.Text;

using Sampan.Linux;
using Sampan.Oci;

namespace Sampan.Engine;

/// <summary>
/// The containers on disk: one directory each, and one symbolic link a name. No index and no database; the kernel's locks and atomic
/// operations keep it right with any number of engines at work.
/// </summary>
public sealed class ContainerStore(Places places)
{
    private const int IdLength = 64;

    /// <summary>Containers; a thread costs as much as reading ten.</summary>
    private const int Many = 100;

    internal Places Places => places;

    /// <summary>The container called <paramref name="reference"/>: an id, a name, or the beginning of one id.</summary>
    /// <exception cref="SampanException">There is none, or more than one id begins so.</exception>
    public ContainerRecord Find(string reference)
    {
        // As inspect shows names, and Docker takes them.
        if (reference.StartsWith('/'))
            reference = reference[1..];
        if (IsId(reference) && TryLoad(reference) is { } exact)
            return exact;
        if (ContainerNames.IsValid(reference) && HolderOf(reference) is { } holder && TryLoad(holder) is { } named && named.Name == reference)
            return named;
        return ByPrefix(reference) ?? throw new SampanException(ErrorKind.NotFound, $"no such container: {reference}");
    }

    /// <summary>The record of <paramref name="id"/>, or null when there is none.</summary>
    public ContainerRecord? TryLoad(string id)
    {
        string path = RecordPath(id);
        if (SmallFile.BytesIfExists(path, JsonReading.Limit) is not { } json)
            return null;
        try
        {
            return JsonReading.Read<ContainerRecord>(json);
        }
        catch (OciFormatException e)
        {
            throw new SampanException(ErrorKind.Corrupt, $"{path}: {e.Message}", e);
        }
    }

    /// <summary>Every container, newest first. What a killed creation left behind is cleared away on the passage.</summary>
    /// <param name="problem">Told of each container that cannot be read.</param>
    public List<ContainerRecord> All(Action<string> problem)
    {
        var ids = (Directories.NamesIfExists(places.Containers) ?? []).FindAll(IsId);
        var records = new ContainerRecord?[ids.Count];
        string?[] problems = new string?[ids.Count];
        int half = ids.Count >= Many ? ids.Count / 2 : ids.Count;
        // Opening a file and reading JSON takes 25 microseconds of a processor: of many, another one reads the other half.
        var other = half < ids.Count ? new Thread(() => Load(half, ids.Count)) : null;
        other?.Start();
        Load(0, half);
        other?.Join();
        foreach (string? one in problems)
            if (one is not null)
                problem(one);
        List<ContainerRecord> found = [.. records.OfType<ContainerRecord>()];
        found.Sort(static (a, b) => string.CompareOrdinal(b.Created, a.Created));
        return found;

        void Load(int from, int to)
        {
            for (int i = from; i < to; i++)
                try
                {
                    records[i] = TryLoad(ids[i]);
                    if (records[i] is null)
                        ContainerDraft.Sweep(this, ids[i]);
                }
                catch (SampanException e)
                {
                    problems[i] = e.Message;
                }
        }
    }

    /// <param name="durable">Survives a power cut. A container that goes at its exit does not need to.</param>
    internal void Save(ContainerRecord record, bool durable) => DurableFile.Write(RecordPath(record.Id!), record.ToJson(), sync: durable);

    internal bool Exists(string id) => Sys.Statx(At.AT_FDCWD, RecordPath(id), out _) == 0;

    internal string RecordPath(string id) => $"{places.Containers}/{id}/container.json";

    /// <summary>The id that holds <paramref name="name"/>, or null.</summary>
    internal string? HolderOf(string name)
    {
        Span<byte> buffer = stackalloc byte[IdLength + 1];
        nint length = Sys.Readlinkat(At.AT_FDCWD, $"{places.Names}/{name}", buffer);
        if (length == -(nint)Errno.ENOENT)
            return null;
        LinuxException.Check(length, "readlink", $"{places.Names}/{name}");
        return Encoding.ASCII.GetString(buffer[..(int)length]);
    }

    internal static bool IsId(string text) => text.Length == IdLength && !text.AsSpan().ContainsAnyExcept("0123456789abcdef");

    private ContainerRecord? ByPrefix(string prefix)
    {
        if (prefix.Length is 0 or > IdLength || prefix.AsSpan().ContainsAnyExcept("0123456789abcdef"))
            return null;
        ContainerRecord? found = null;
        foreach (string id in Directories.NamesIfExists(places.Containers) ?? [])
        {
            if (!IsId(id) || !id.StartsWith(prefix, StringComparison.Ordinal) || TryLoad(id) is not { } record)
                continue;
            if (found is not null)
                throw new SampanException(ErrorKind.InvalidArgument, $"multiple containers found with provided id prefix: {prefix}; give more digits");
            found = record;
        }
        return found;
    }
}
