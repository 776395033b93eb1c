namespace Sampan.Engine;

/// <summary>From <c>--user</c> and the container's own account files to ids. Pure: the files come as text, and nothing of the container is executed.</summary>
public static class UserLookup
{
    /// <param name="user"><c>name|uid[:group|gid]</c>; null or empty: root.</param>
    /// <param name="passwd">Text of /etc/passwd; null: the container has none.</param>
    /// <param name="group">Text of /etc/group.</param>
    /// <exception cref="SampanException">No such user or group, or a number that is no id.</exception>
    public static UserIdentity Find(string? user, string? passwd, string? group)
    {
        user ??= "";
        int colon = user.IndexOf(':');
        string name = colon < 0 ? user : user[..colon];
        string groupName = colon < 0 ? "" : user[(colon + 1)..];
        var entry = FindUser(name.Length == 0 ? "0" : name, passwd ?? "");
        uint gid = groupName.Length == 0 ? entry.Gid : FindGroup(groupName, group);
        var groups = new List<uint> { gid };
        // A group that was named is the only one; otherwise those that list the user.
        if (groupName.Length == 0 && entry.Name.Length > 0)
            foreach (var other in AccountFiles.Group(group ?? ""))
                if (other.Has(entry.Name) && !groups.Contains(other.Gid))
                    groups.Add(other.Gid);
        return new UserIdentity(entry.Uid, gid, groups, entry.Home.StartsWith('/') ? entry.Home : "/");
    }

    /// <summary>The id of a group by name or number.</summary>
    public static uint FindGroup(string name, string? group)
    {
        if (Ids.TryParse(name, out uint gid))
            return gid;
        if (Ids.IsNumeric(name))
            throw new SampanException(ErrorKind.InvalidArgument, $"group id {name} is out of range: want 0 to 4294967294");
        foreach (var entry in AccountFiles.Group(group ?? ""))
            if (entry.Name == name)
                return entry.Gid;
        throw new SampanException(ErrorKind.NotFound, $"unable to find group {name}: no matching entries in the container's /etc/group");
    }

    private static AccountFiles.PasswdEntry FindUser(string name, string passwd)
    {
        bool numeric = Ids.TryParse(name, out uint uid);
        if (!numeric && Ids.IsNumeric(name))
            throw new SampanException(ErrorKind.InvalidArgument, $"user id {name} is out of range: want 0 to 4294967294");
        foreach (var entry in AccountFiles.Passwd(passwd))
            if (numeric ? entry.Uid == uid : entry.Name == name)
                return entry;
        if (!numeric)
            throw new SampanException(ErrorKind.NotFound, $"unable to find user {name}: no matching entries in the container's /etc/passwd");
        return new AccountFiles.PasswdEntry("", uid, 0, uid == 0 ? "/root" : "/");
    }
}
