using System.Text;

using Sampan.Images;

namespace Sampan.Engine;

/// <summary>/etc/passwd and /etc/group of a container, read from its layers without a mount and without following links.</summary>
internal sealed class AccountView(IReadOnlyList<string> view)
{
    /// <summary>Bytes; a longer file is a trap.</summary>
    private const int Limit = 1 << 20;

    public string? Passwd(string? user) => Read("/etc/passwd", NamesUser(user));

    public string? Group(string? user) => Read("/etc/group", user is not null && user.Contains(':'));

    /// <summary><paramref name="groups"/> and those of <paramref name="named"/>, names as the container knows them.</summary>
    public static List<uint> WithNamed(List<uint> groups, List<string>? named, AccountView accounts)
    {
        foreach (string name in named ?? [])
        {
            uint gid = UserLookup.FindGroup(name, Ids.IsNumeric(name) ? null : accounts.Read("/etc/group", true));
            if (!groups.Contains(gid))
                groups.Add(gid);
        }
        return groups;
    }

    /// <param name="needed">False: a file that is no regular file is as good as none, for numbers mean something without it.</param>
    private string? Read(string path, bool needed)
    {
        try
        {
            return LayeredFile.Read(view, path, Limit) is { } bytes ? Encoding.UTF8.GetString(bytes) : null;
        }
        catch (SampanException) when (!needed)
        {
            return null;
        }
    }

    private static bool NamesUser(string? user)
    {
        if (string.IsNullOrEmpty(user))
            return false;
        int colon = user.IndexOf(':');
        return !Ids.IsNumeric(colon < 0 ? user : user[..colon]);
    }
}
