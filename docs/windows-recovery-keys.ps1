<#
.SYNOPSIS
  Hands the BitLocker recovery passwords of this PC over to Tsukasa, and replaces those that an administrator asked to rotate.

.DESCRIPTION
  Windows itself escrows recovery passwords to Microsoft Entra ID or Active Directory only. This script reads the numerical
  passwords of all volumes, signs them with the certificate of this PC's management enrollment, and posts them. When the server
  names protectors to rotate, a new one is added and handed over first; the old one is removed only after the server has said
  that it holds the new one.

  Run it with administrative rights, as a scheduled task, once a day. The certificate of an enrollment that a person made in
  Settings lies in that person's store (-Store CurrentUser, as that person); one of a provisioning package lies in the
  computer's (-Store LocalMachine, as SYSTEM).

.PARAMETER Server
  Address of the server and the contractor: https://mdm.example.jp/ManagementServer/<contractor id>

.PARAMETER Store
  LocalMachine (the default) or CurrentUser.

.EXAMPLE
  .\windows-recovery-keys.ps1 -Server https://mdm.example.jp/ManagementServer/01890a5d-ac96-774b-bcce-b302099a8057
#>
[CmdletBinding()]
param(
  [Parameter(Mandatory = $true)][ValidatePattern('^https://')][string] $Server,
  [ValidateSet('LocalMachine', 'CurrentUser')][string] $Store = 'LocalMachine'
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
Add-Type -AssemblyName System.Security
[Net.ServicePointManager]::SecurityProtocol = [Net.SecurityProtocolType]::Tls12

# The enrollment of provider Tsukasa: its device id, and the certificate that Windows uses for it.
function Get-Enrollment {
  $accounts = 'HKLM:\SOFTWARE\Microsoft\Enrollments'
  foreach ($key in Get-ChildItem $accounts) {
    $values = Get-ItemProperty $key.PSPath
    if ($values.PSObject.Properties['ProviderID'] -and $values.ProviderID -eq 'Tsukasa') {
      $account = Get-ItemProperty "HKLM:\SOFTWARE\Microsoft\Provisioning\OMADM\Accounts\$($key.PSChildName)\Protected" -ErrorAction SilentlyContinue
      $dmClient = Get-ItemProperty "$($key.PSPath)\DMClient\Tsukasa" -ErrorAction SilentlyContinue
      return @{ Values = $values; Account = $account; Client = $dmClient }
    }
  }
  throw 'This PC is not enrolled with Tsukasa.'
}

function Get-DeviceId($enrollment) {
  foreach ($source in @($enrollment.Account, $enrollment.Client, $enrollment.Values)) {
    foreach ($name in @('EntDeviceId', 'DeviceId', 'DevId')) {
      if ($source -and $source.PSObject.Properties[$name] -and $source.$name) { return [string] $source.$name }
    }
  }
  # What DevInfo reports, through the bridge of the management client.
  return (Get-CimInstance -Namespace root/cimv2/mdm/dmmap -ClassName MDM_DevInfo01 -ErrorAction Stop).DevId
}

function Get-Certificate($enrollment) {
  if ($enrollment.Values.PSObject.Properties['DMPCertThumbPrint'] -and $enrollment.Values.DMPCertThumbPrint) {
    $path = "Cert:\$Store\My\$($enrollment.Values.DMPCertThumbPrint)"
    if (Test-Path $path) { return Get-Item $path }
  }
  throw "The certificate of the enrollment is not in $Store\My, or cannot be read by this account."
}

function Get-Protectors {
  foreach ($volume in Get-BitLockerVolume) {
    if ($volume.MountPoint -notmatch '^[A-Za-z]:\\?$') { continue }
    foreach ($protector in $volume.KeyProtector) {
      if ($protector.KeyProtectorType -ne 'RecoveryPassword' -or -not $protector.RecoveryPassword) { continue }
      [ordered]@{
        volume           = $volume.MountPoint.Substring(0, 2).ToUpperInvariant()
        protectorId      = $protector.KeyProtectorId
        recoveryPassword = $protector.RecoveryPassword
      }
    }
  }
}

# Posts what the volumes have now. Answers what the server has stored and what it wants rotated.
function Send-Protectors($deviceId, $certificate) {
  $body = [ordered]@{
    deviceId = $deviceId
    madeAt   = [DateTime]::UtcNow.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", [Globalization.CultureInfo]::InvariantCulture)
    volumes  = @(Get-Protectors)
  } | ConvertTo-Json -Depth 4 -Compress
  $bytes = [Text.Encoding]::UTF8.GetBytes($body)
  $content = New-Object Security.Cryptography.Pkcs.ContentInfo -ArgumentList (, $bytes)
  $cms = New-Object Security.Cryptography.Pkcs.SignedCms -ArgumentList $content, $true
  $signer = New-Object Security.Cryptography.Pkcs.CmsSigner -ArgumentList $certificate
  $signer.DigestAlgorithm = New-Object Security.Cryptography.Oid '2.16.840.1.101.3.4.2.1'
  $signer.IncludeOption = [Security.Cryptography.X509Certificates.X509IncludeOption]::EndCertOnly
  $cms.ComputeSignature($signer, $true)
  $headers = @{ 'MDM-Signature' = [Convert]::ToBase64String($cms.Encode()) }
  return Invoke-RestMethod -Method Post -Uri "$($Server.TrimEnd('/'))/RecoveryKeys" -Headers $headers -Body $bytes -ContentType 'application/json'
}

$enrollment = Get-Enrollment
$deviceId = Get-DeviceId $enrollment
$certificate = Get-Certificate $enrollment
$answer = Send-Protectors $deviceId $certificate

$wanted = @($answer.rotate)
if ($wanted.Count -gt 0) {
  $removable = @()
  foreach ($old in $wanted) {
    if (-not $old.replacedBy) {
      Add-BitLockerKeyProtector -MountPoint $old.volume -RecoveryPasswordProtector -WarningAction SilentlyContinue | Out-Null
    }
    $removable += $old
  }
  Start-Sleep -Seconds 1
  $held = Send-Protectors $deviceId $certificate
  foreach ($old in $removable) {
    $others = @(Get-BitLockerVolume -MountPoint $old.volume).KeyProtector | Where-Object {
      $_.KeyProtectorType -eq 'RecoveryPassword' -and
      $_.KeyProtectorId.Trim('{}').ToUpperInvariant() -ne $old.protectorId -and
      @($held.stored) -contains $_.KeyProtectorId.Trim('{}').ToUpperInvariant()
    }
    # Never without a key that the server says it holds.
    if (@($others).Count -eq 0) { continue }
    Remove-BitLockerKeyProtector -MountPoint $old.volume -KeyProtectorId "{$($old.protectorId)}" | Out-Null
  }
  Start-Sleep -Seconds 1
  $answer = Send-Protectors $deviceId $certificate
}
Write-Output "$(@($answer.stored).Count) recovery passwords are in custody; $(@($answer.rotate).Count) wait for rotation."
