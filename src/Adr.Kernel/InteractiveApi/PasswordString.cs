namespace Microsoft.DotNet.Interactive;

/// <summary>A password that the user typed. A notebook shows it as asterisks.</summary>
/// <param name="clearTextPassword">The password.</param>
public class PasswordString(string clearTextPassword)
{
    /// <summary>The password itself.</summary>
    public string GetClearTextPassword() => clearTextPassword;

    /// <summary>Asterisks. Their number does not depend on the password.</summary>
    public override string ToString() => "************";
}
