/* For wine 8 alone, which lacks this part of Windows: Go asks it for randomness. */
typedef unsigned char BOOLEAN;
__declspec(dllimport) BOOLEAN SystemFunction036(void *, unsigned long);
__declspec(dllexport) int ProcessPrng(unsigned char *data, unsigned long long bytes) { return SystemFunction036(data, (unsigned long)bytes); }
int DllMainCRTStartup(void *module, unsigned long reason, void *reserved) { return 1; }
