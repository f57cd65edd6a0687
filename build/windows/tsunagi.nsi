; The installer of the operators' program, made on Linux by 'make windows':
;   makensis -DVERSION=1.0.0 -DFILE_VERSION=1.0.0.7 -DBIN=… -DWEBVIEW2=… tsunagi.nsi
;
; Switches of tsunagi-setup.exe:
;   /S                      ask nothing, show nothing
;   /CurrentUser /AllUsers  for whom; without either the person is asked, /S takes /CurrentUser
;   /D=FOLDER               where (the last switch, without quotation marks)
;   /SERVER=HOST[:PORT]     the server that the program connects to at its first start
;   /FINGERPRINT=HEX        the server's certificate, so that nobody is asked to compare it
;   /NOWEBVIEW2             do not fetch Microsoft's WebView2 where it is missing
;   /NODESKTOP              no icon on the desktop
; Exit codes: 0 done, 1 ended by the person, 2 not done (a file could not be written), 3 installed, WebView2 is missing.
;
; Switches of uninstall.exe: /S, and /PURGE to remove the settings too, which it keeps otherwise.
Target amd64-unicode
Unicode true
SetCompressor /SOLID lzma
ManifestDPIAware true
ManifestSupportedOS Win10

!define PRODUCT "Tsunagi"
!define UNINSTALL_KEY "Software\Microsoft\Windows\CurrentVersion\Uninstall\${PRODUCT}"
!define RUN_KEY "Software\Microsoft\Windows\CurrentVersion\Run"
!define APP_ID "Tsunagi.Desktop" ; as native.appID
!define WEBVIEW2_CLIENT "{F3017226-FE2A-4295-8BDF-00C3A9A7E4C5}"

!define MULTIUSER_EXECUTIONLEVEL Highest
!define MULTIUSER_MUI
!define MULTIUSER_INSTALLMODE_COMMANDLINE
!define MULTIUSER_INSTALLMODE_DEFAULT_CURRENTUSER
!define MULTIUSER_INSTALLMODE_INSTDIR "${PRODUCT}"
!define MULTIUSER_INSTALLMODE_INSTDIR_REGISTRY_KEY "${UNINSTALL_KEY}"
!define MULTIUSER_INSTALLMODE_INSTDIR_REGISTRY_VALUENAME "InstallLocation"
!define MULTIUSER_INSTALLMODE_DEFAULT_REGISTRY_KEY "${UNINSTALL_KEY}"
!define MULTIUSER_INSTALLMODE_DEFAULT_REGISTRY_VALUENAME "InstallLocation"
!define MULTIUSER_USE_PROGRAMFILES64
!include MultiUser.nsh
!include MUI2.nsh
!include FileFunc.nsh
!include LogicLib.nsh
!include x64.nsh

Name "${PRODUCT}"
OutFile "${BIN}/tsunagi-setup.exe"
BrandingText "${PRODUCT} ${VERSION}"
VIProductVersion "${FILE_VERSION}"
VIFileVersion "${FILE_VERSION}"
VIAddVersionKey /LANG=1041 "ProductName" "${PRODUCT}"
VIAddVersionKey /LANG=1041 "CompanyName" "${PRODUCT}"
VIAddVersionKey /LANG=1041 "FileDescription" "${PRODUCT} インストーラ"
VIAddVersionKey /LANG=1041 "FileVersion" "${FILE_VERSION}"
VIAddVersionKey /LANG=1041 "ProductVersion" "${VERSION}"
VIAddVersionKey /LANG=1041 "LegalCopyright" "${PRODUCT}"

!define MUI_ICON "../icon/tsunagi.ico"
!define MUI_UNICON "../icon/tsunagi.ico"
!define MUI_ABORTWARNING
!define MUI_FINISHPAGE_RUN "$INSTDIR\tsunagi.exe"
!insertmacro MULTIUSER_PAGE_INSTALLMODE
!insertmacro MUI_PAGE_DIRECTORY
!insertmacro MUI_PAGE_INSTFILES
!insertmacro MUI_PAGE_FINISH
!insertmacro MUI_UNPAGE_CONFIRM
!insertmacro MUI_UNPAGE_INSTFILES
!insertmacro MUI_LANGUAGE "Japanese"
!insertmacro MUI_LANGUAGE "English"

LangString Cannot ${LANG_JAPANESE} "ファイルを書き込めませんでした。Tsunagiを終了し、空き容量と権限を確認してから、もう一度実行してください。"
LangString Cannot ${LANG_ENGLISH} "A file could not be written. Close Tsunagi, check the free space and your rights, and run this again."
LangString NoWebView2 ${LANG_JAPANESE} "Microsoft Edge WebView2ランタイムを取得できませんでした。TsunagiはWebView2がないと起動しません。ネットワークを確認してもう一度実行するか、管理者にWebView2のインストールを依頼してください。"
LangString NoWebView2 ${LANG_ENGLISH} "Microsoft Edge WebView2 could not be fetched. Tsunagi does not start without it. Check the network and run this again, or ask your administrator to install WebView2."
LangString WebView2 ${LANG_JAPANESE} "Microsoft Edge WebView2ランタイムをインストールしています…"
LangString WebView2 ${LANG_ENGLISH} "Installing Microsoft Edge WebView2…"
LangString KeepSettings ${LANG_JAPANESE} "設定(接続先サーバ、サーバの指紋、ログイン情報)を残しますか?"
LangString KeepSettings ${LANG_ENGLISH} "Keep the settings (server, its fingerprint, last login)?"
LangString Running ${LANG_JAPANESE} "Tsunagiが動作中です。終了してから、もう一度実行してください。"
LangString Running ${LANG_ENGLISH} "Tsunagi is running. Close it and run this again."

Var switches

Function .onInit
  !insertmacro MULTIUSER_INIT
FunctionEnd

Function un.onInit
  !insertmacro MULTIUSER_UNINIT
FunctionEnd

; A switch's value in $1, empty without it. $0 is scratch.
!macro switch NAME
  StrCpy $1 ""
  ClearErrors
  ${GetOptions} $switches "/${NAME}=" $1
!macroend

Section
  ${GetParameters} $switches
  SetOutPath "$INSTDIR"
  ; A running program cannot be overwritten, but renamed: whoever is in a call works
  ; on, and the next start is the new version.
  Delete "$INSTDIR\tsunagi.exe.old"
  ${If} ${FileExists} "$INSTDIR\tsunagi.exe"
    Rename "$INSTDIR\tsunagi.exe" "$INSTDIR\tsunagi.exe.old"
  ${EndIf}
  SetOverwrite try
  ClearErrors
  File "${BIN}/tsunagi.exe"
  ${If} ${Errors}
    Rename "$INSTDIR\tsunagi.exe.old" "$INSTDIR\tsunagi.exe"
    SetErrorLevel 2
    MessageBox MB_OK|MB_ICONSTOP "$(Cannot)" /SD IDOK
    Abort "$(Cannot)"
  ${EndIf}
  Delete /REBOOTOK "$INSTDIR\tsunagi.exe.old"
  File "../icon/tsunagi.png" ; of the notifications
  WriteUninstaller "$INSTDIR\uninstall.exe"

  ; What the program connects to at its first start. It refuses what is no address
  ; and no fingerprint, and says so.
  !insertmacro switch SERVER
  ${If} $1 != ""
    StrCpy $2 $1
    !insertmacro switch FINGERPRINT
    FileOpen $0 "$INSTDIR\preset.json" w
    FileWrite $0 '{"server":"$2","fingerprint":"$1"}'
    FileClose $0
  ${EndIf}

  CreateShortcut "$SMPROGRAMS\${PRODUCT}.lnk" "$INSTDIR\tsunagi.exe"
  ClearErrors
  ${GetOptions} $switches "/NODESKTOP" $1
  ${If} ${Errors}
    CreateShortcut "$DESKTOP\${PRODUCT}.lnk" "$INSTDIR\tsunagi.exe"
  ${EndIf}

  WriteRegStr SHCTX "${UNINSTALL_KEY}" "DisplayName" "${PRODUCT}"
  WriteRegStr SHCTX "${UNINSTALL_KEY}" "DisplayVersion" "${VERSION}"
  WriteRegStr SHCTX "${UNINSTALL_KEY}" "Publisher" "${PRODUCT}"
  WriteRegStr SHCTX "${UNINSTALL_KEY}" "DisplayIcon" "$INSTDIR\tsunagi.exe"
  WriteRegStr SHCTX "${UNINSTALL_KEY}" "InstallLocation" "$INSTDIR"
  WriteRegStr SHCTX "${UNINSTALL_KEY}" "UninstallString" '"$INSTDIR\uninstall.exe" /$MultiUser.InstallMode'
  WriteRegStr SHCTX "${UNINSTALL_KEY}" "QuietUninstallString" '"$INSTDIR\uninstall.exe" /$MultiUser.InstallMode /S'
  WriteRegDWORD SHCTX "${UNINSTALL_KEY}" "NoModify" 1
  WriteRegDWORD SHCTX "${UNINSTALL_KEY}" "NoRepair" 1
  ${GetSize} "$INSTDIR" "/S=0K" $0 $1 $2
  IntFmt $0 "0x%08X" $0
  WriteRegDWORD SHCTX "${UNINSTALL_KEY}" "EstimatedSize" "$0"

  Call webview2
SectionEnd

; $1 is the runtime's version; empty where there is none.
Function findWebview2
  SetRegView 64
  ReadRegStr $1 HKLM "SOFTWARE\WOW6432Node\Microsoft\EdgeUpdate\Clients\${WEBVIEW2_CLIENT}" "pv"
  ${If} $1 == ""
  ${OrIf} $1 == "0.0.0.0"
    ReadRegStr $1 HKCU "Software\Microsoft\EdgeUpdate\Clients\${WEBVIEW2_CLIENT}" "pv"
  ${EndIf}
  ${If} $1 == "0.0.0.0"
    StrCpy $1 ""
  ${EndIf}
FunctionEnd

Function webview2
  ClearErrors
  ${GetOptions} $switches "/NOWEBVIEW2" $1
  ${IfNot} ${Errors}
    Return
  ${EndIf}
  Call findWebview2
  ${If} $1 != ""
    Return
  ${EndIf}
  DetailPrint "$(WebView2)"
  InitPluginsDir
  SetOutPath "$PLUGINSDIR"
  File "${WEBVIEW2}"
  ExecWait '"$PLUGINSDIR\MicrosoftEdgeWebview2Setup.exe" /silent /install'
  SetOutPath "$INSTDIR"
  Call findWebview2
  ${If} $1 == ""
    SetErrorLevel 3
    MessageBox MB_OK|MB_ICONEXCLAMATION "$(NoWebView2)" /SD IDOK
  ${EndIf}
FunctionEnd

Section Uninstall
  ${GetParameters} $switches
  ClearErrors
  FileOpen $0 "$INSTDIR\tsunagi.exe" a
  ${If} ${Errors}
  ${AndIf} ${FileExists} "$INSTDIR\tsunagi.exe"
    SetErrorLevel 2
    MessageBox MB_OK|MB_ICONSTOP "$(Running)" /SD IDOK
    Abort "$(Running)"
  ${EndIf}
  FileClose $0

  ; Whether the settings stay. Only the program knows what it keeps, and where.
  ClearErrors
  ${GetOptions} $switches "/PURGE" $1
  ${If} ${Errors}
    MessageBox MB_YESNO|MB_ICONQUESTION "$(KeepSettings)" /SD IDYES IDYES keep
  ${EndIf}
  ExecWait '"$INSTDIR\tsunagi.exe" --forget'
keep:
  ; Windows lets go of a program's file a moment after its end.
  StrCpy $0 0
  ${Do}
    Delete "$INSTDIR\tsunagi.exe"
    ${IfThen} $0 >= 25 ${|} ${ExitDo} ${|}
    ${IfNotThen} ${FileExists} "$INSTDIR\tsunagi.exe" ${|} ${ExitDo} ${|}
    Sleep 200
    IntOp $0 $0 + 1
  ${Loop}
  Delete "$INSTDIR\tsunagi.exe.old"
  Delete "$INSTDIR\preset.json"
  Delete "$INSTDIR\tsunagi.png"
  Delete "$SMPROGRAMS\${PRODUCT}.lnk"
  Delete "$DESKTOP\${PRODUCT}.lnk"
  DeleteRegKey SHCTX "${UNINSTALL_KEY}"
  ; What the program itself has written for this person.
  DeleteRegValue HKCU "${RUN_KEY}" "${PRODUCT}"
  DeleteRegKey HKCU "Software\Classes\AppUserModelId\${APP_ID}"
  Delete "$INSTDIR\uninstall.exe"
  RMDir "$INSTDIR" ; unless someone keeps something else there
SectionEnd
