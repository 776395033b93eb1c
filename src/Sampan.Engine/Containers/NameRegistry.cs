using Sampan.Linux;

namespace Sampan.Engine;

/// <summary>Who has which name: a symbolic link a name, whose target is the id. Making a link is atomic, so two containers never share a name.</summary>
internal static class NameRegistry
{
    /// <summary>Gives <paramref name="name"/> to <paramref name="id"/>.</summary>
    /// <exception cref="SampanException">The name is another container's.</exception>
    public static void Claim(ContainerStore store, string name, string id)
    {
        if (TryClaim(store, name, id, out string holder))
            return;
        throw new SampanException(ErrorKind.AlreadyExists,
            $"the container name \"{name}\" is already in use by container {holder[..Math.Min(12, holder.Length)]}: remove that container (sampan rm {name}) or choose another name");
    }

    /// <summary>Invents a name that is free and gives it to <paramref name="id"/>.</summary>
    public static string ClaimInvented(ContainerStore store, string id)
    {
        string name = ContainerNames.Invent();
        string attempt = name;
        for (int number = 1; !TryClaim(store, attempt, id, out _); number++)
            attempt = $"{name}{number}";
        return attempt;
    }

    /// <summary>Takes <paramref name="name"/> back from <paramref name="id"/>; nothing when another holds it.</summary>
    public static void Release(ContainerStore store, string name, string id)
    {
        if (!ContainerNames.IsValid(name))
            return;
        using var registry = Lock(store);
        if (store.HolderOf(name) == id)
            Unlink(store, name);
    }

    /// <summary>Takes back whatever names <paramref name="id"/> has.</summary>
    public static void ReleaseAll(ContainerStore store, string id)
    {
        foreach (string name in Directories.NamesIfExists(store.Places.Names) ?? [])
            if (ContainerNames.IsValid(name) && store.HolderOf(name) == id)
                Release(store, name, id);
    }

    private static bool TryClaim(ContainerStore store, string name, string id, out string holder)
    {
        string link = $"{store.Places.Names}/{name}";
        while (true)
        {
            holder = id;
            nint result = Sys.Symlinkat(id, At.AT_FDCWD, link);
            if (result == 0)
                return true;
            if (result == -(nint)Errno.ENOENT)
            {
                Mkdir.Parents(store.Places.Names, 0x1C0);
                continue;
            }
            if (result != -(nint)Errno.EEXIST)
                LinuxException.Throw(result, "symlink", link);
            if (store.HolderOf(name) is not { } other)
                continue;
            holder = other;
            // In this order: a maker writes the record before it lets go of its lock. The other way round, one that finishes between the questions is missed.
            if (ContainerDraft.IsBeingMade(store, other) || store.TryLoad(other)?.Name == name)
                return false;
            // A container that was never finished holds it, or one whose renaming was: its record has another name: whoever has the lock may take it away, once it still does.
            using var registry = Lock(store);
            if (store.HolderOf(name) == other)
                Unlink(store, name);
        }
    }

    private static void Unlink(ContainerStore store, string name)
        => LinuxException.Check(Sys.Unlinkat(At.AT_FDCWD, $"{store.Places.Names}/{name}"), "unlink", $"{store.Places.Names}/{name}");

    /// <summary>The dot keeps it apart from every name.</summary>
    private static FileLock Lock(ContainerStore store) => FileLock.Take($"{store.Places.Names}/.lock");
}
